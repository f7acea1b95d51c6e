#include "targets.h"

#include <chrono>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <sanitizer/lsan_interface.h>
#include <string>

#include <wick/wick.h>

#include "archive/debug_ranges.h"
#include "archive/npy.h"
#include "archive/pickler.h"
#include "archive/safetensors.h"
#include "archive/torch_save.h"
#include "archive/unpickler.h"
#include "archive/zip.h"
#include "frontend/source_importer.h"
#include "grammar.h"
#include "ir/graph.h"
#include "ops/print_value.h"
#include "ops/tensor_ops.h"
#include "program/checking.h"
#include "program/session.h"
#include "runtime/interpreter.h"
#include "runtime/plan.h"

namespace wick::fuzz {
namespace {

using archive::Bytes;
using namespace jit;

constexpr int64_t kMaxStorage = 1 << 16;
const std::vector<std::pair<std::string, IValue>> kMembers{{"A", 0}, {"B", 1}};

/// Runs `act`; wick's own errors are what bad input deserves, but not its InternalError.
template <class Act>
void attempt(const Act& act) {
    try {
        act();
    } catch (const InternalError&) {
        throw;
    } catch (const Error&) {
    }
}

/// The bytes alone in a block of their own, so that a sanitizer sees the first byte read behind them.
Bytes exactly(std::string_view bytes) {
    auto block = std::make_shared<std::vector<char>>(bytes.begin(), bytes.end());
    block->shrink_to_fit();
    return Bytes{block->data(), block->size(), block};
}

RunOptions limits() {
    RunOptions options;
    options.threads = 1;
    options.max_memory = 16 << 20;
    options.max_steps = 20'000;
    options.max_depth = 1'000;
    options.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(1);
    options.output.print = [](std::string_view) {};
    options.output.warn = [](std::string_view) {};
    return options;
}

/// Compiles every function of the unit that compiles.
void plan_all(CompilationUnit& unit) {
    // Compiling one function may import others, which are added behind it.
    for (size_t i = 0; i < unit.functions().size(); ++i) {
        const IntrusivePtr<Function> function = unit.functions()[i];
        attempt([&] { plan_of(*function); });
    }
}

/// The names behind `class` and `def` at the beginnings of lines, up to a number that keeps a run short.
std::vector<std::string> names_defined_in(std::string_view text) {
    constexpr size_t kMaxNames = 20;
    std::vector<std::string> names;
    for (size_t begin = 0; begin < text.size() && names.size() < kMaxNames;) {
        const size_t end = std::min(text.find('\n', begin), text.size());
        const std::string_view line = text.substr(begin, end - begin);
        for (std::string_view keyword : {"class ", "def "}) {
            if (line.starts_with(keyword))
                names.emplace_back(
                    line.substr(keyword.size(), line.find_first_of("(:", keyword.size()) - keyword.size()));
        }
        begin = end + 1;
    }
    return names;
}

/// Some value of the type, or nothing when there is none to make up.
std::optional<IValue> sample(const TypePtr& type, int depth = 0) {
    if (depth > 3) return std::nullopt;
    switch (type->kind()) {
        case TypeKind::Tensor:
            return ops::ones({2, 3}, DType::float32);
        case TypeKind::Int:
            return IValue(3);
        case TypeKind::Float:
            return IValue(0.5);
        case TypeKind::Bool:
            return IValue(true);
        case TypeKind::String:
            return IValue("text");
        case TypeKind::Device:
            return IValue(Device());
        case TypeKind::Optional:
        case TypeKind::Any:
        case TypeKind::None:
            return IValue();
        case TypeKind::List: {
            auto list = make_list(type->contained(0));
            if (auto item = sample(type->contained(0), depth + 1)) list->items = {*item, *item};
            return IValue(list);
        }
        case TypeKind::Dict:
            return IValue(make_dict(type->contained(0), type->contained(1)));
        case TypeKind::Tuple: {
            std::vector<IValue> elements;
            for (const TypePtr& element : type->contained()) {
                auto item = sample(element, depth + 1);
                if (!item) return std::nullopt;
                elements.push_back(std::move(*item));
            }
            return IValue(make_tuple(std::move(elements), type->expect<TupleType>().name().empty() ? TypePtr() : type));
        }
        default:
            return std::nullopt;
    }
}

void call(const Method& method) {
    std::vector<IValue> arguments;
    const std::vector<Argument>& formal = method.schema().arguments;
    for (size_t i = 1; i < formal.size(); ++i) {
        auto value = sample(formal[i].type);
        if (!value) return;
        arguments.push_back(std::move(*value));
    }
    attempt([&] { python_repr(method(std::move(arguments), {}, limits())); });
}

}  // namespace

void zip(std::string_view bytes) {
    attempt([&] {
        const archive::ZipReader reader(exactly(bytes), {.max_inflated = 1 << 22, .max_ratio = 256});
        for (const archive::ZipRecord& record : reader.records()) attempt([&] { reader.read(record); });
    });
}

void pickle(std::string_view bytes) {
    const Bytes block = exactly(bytes);
    attempt([&] {
        archive::UnpickleOptions options;
        const auto unit = std::make_shared<CompilationUnit>();
        SourceImporter importer(
            unit, {}, [](const std::string&) { return nullptr; }, 10);
        options.parse_type = [&](const std::string& annotation) { return importer.parse_type(annotation); };
        const TypePtr colour(make_intrusive<EnumType>("__torch__.E", int_type(), kMembers));
        options.resolve_type = [&](const std::string& name) { return name == "__torch__.E" ? colour : TypePtr(); };
        options.read_storage = [](const archive::StorageKey& key) {
            const int64_t size = key.numel * bytes_of(key.dtype);
            if (size > kMaxStorage) throw ArchiveError("data/" + key.key, -1, "larger than this target allows");
            auto storage = Storage::allocate(size);
            if (size > 0) std::memset(storage->data(), 0, static_cast<size_t>(size));
            return storage;
        };
        size_t consumed = 0;
        const IValue value = archive::unpickle("data.pkl", block.view(), options, &consumed);
        attempt([&] { python_repr(value); });
        attempt([&] { archive::Pickler(archive::PickleDialect::script).pickle(value); });
        attempt([&] { archive::save_torch_bytes(value); });
    });
    attempt([&] {
        const auto origin = archive::origin_of(archive::read_debug_rows("code/m.py.debug_pkl", block.view()));
        for (int64_t offset : {0, 1, 100}) origin(offset).highlight();
    });
}

void tensor_file(std::string_view bytes) {
    const Bytes block = exactly(bytes);
    attempt([&] { python_repr(archive::load_torch_bytes(block)); });
    attempt([&] { archive::load_safetensors(block); });
    attempt([&] { tensor_repr(archive::load_npy(block)); });
}

void source(std::string_view bytes) {
    const auto text = std::make_shared<Source>(std::string(bytes), "fuzz.py");
    const auto unit = std::make_shared<CompilationUnit>();
    // Whatever qualifier the text names, it is the text itself.
    SourceImporter importer(
        unit, {}, [&](const std::string&) { return text; }, 10);
    for (const std::string& name : names_defined_in(bytes)) {
        attempt([&] { importer.resolve_type("__torch__." + name); });
        attempt([&] { importer.resolve_function("__torch__." + name); });
    }
    importer.operator_uses();
    plan_all(*unit);
}

void graph(std::string_view bytes) {
    attempt([&] {
        const std::shared_ptr<Graph> parsed = parse_graph(bytes);
        parsed->verify();
        parsed->str();
        const auto function = make_intrusive<Function>("__torch__.f", Schema(), parsed);
        plan_of(*function);
        if (parsed->inputs().empty()) jit::run(*function, {}, limits());
    });
}

void program(std::string_view bytes) {
    static const Grammar grammar([] {
        std::ifstream file(WICK_GRAMMAR);
        return std::string(std::istreambuf_iterator<char>(file), {});
    }());
    const auto text = std::make_shared<Source>(
        bytes.starts_with('\0') ? grammar.write(bytes.substr(1)) : std::string(bytes), "fuzz.py");
    // Containers and objects that contain themselves are never freed.
    const __lsan::ScopedDisabler cycles_leak;
    attempt([&] {
        Session session(limits());
        session.checking = true;
        if (bytes.size() % 4 == 0) {
            check_program(session, text);
        } else {
            session.execute(text);
        }
    });
}

void archive(std::string_view bytes) {
    attempt([&] {
        ExtraFiles extra_files;
        LoadOptions options;
        options.extra_files = &extra_files;
        options.setstate_options = limits();
        const Bytes block = exactly(bytes);
        const Module module = load(block.data, block.size, options);
        attempt([&] { module.save_to_memory(); });
        for (const Method& method : module.get_methods()) {
            attempt([&] { method.code(); });
            attempt([&] { method.graph(); });
            call(method);
        }
    });
}

}  // namespace wick::fuzz
