#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <memory>
#include <regex>
#include <string>
#include <unordered_set>

#include <wick/wick.h>

#include "archive/bytes.h"
#include "archive/module_load.h"
#include "archive/zip.h"
#include "cli/commands.h"
#include "cli/compile_all.h"
#include "cli/files.h"
#include "frontend/source_importer.h"
#include "ops/print_value.h"

namespace wick::cli {
namespace {

/// "3.5 MB": decimal units, one digit.
std::string size_text(int64_t bytes) {
    static constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB"};
    double number = static_cast<double>(bytes);
    size_t unit = 0;
    while (number >= 1000 && unit + 1 < std::size(kUnits)) number /= 1000, ++unit;
    return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", number, kUnits[unit]);
}

/// Archives don't name their producer; the records that releases added tell the oldest one that could have written it.
std::string producer_of(const archive::ZipReader& zip) {
    static constexpr std::pair<const char*, const char*> kAdded[] = {
        {".storage_alignment", "2.7 or later"}, {".format_version", "2.6 or later"},
        {"byteorder", "2.1 or later"},          {".data/serialization_id", "2.1 or later"},
        {".data/version", "1.6 or later"},      {"constants.pkl", "1.4 to 2.0"},
    };
    for (const auto& [record, release] : kAdded)
        if (zip.find(record)) return release;
    return "1.3 or earlier";
}

/// Qualified names without what only machines need: the common root, and the numbers of classes of one name.
std::string short_name(const std::string& name) {
    static const std::regex kNoise("__torch__\\.|___torch_mangle_[0-9]+\\.");
    return std::regex_replace(name, kNoise, "");
}

/// "forward(x: Tensor, n: int = 3) -> Tensor", as a method stands in Python, without self.
std::string signature_of(jit::Function& method) {
    const jit::Schema* schema;
    try {
        schema = &method.schema();
    } catch (const CompileError& error) {
        return fmt::format("{}: does not compile: {}", method.name(), error.sentence());
    }
    std::string out = method.name() + "(";
    for (size_t i = 1; i < schema->arguments.size(); ++i) {
        const jit::Argument& argument = schema->arguments[i];
        if (i > 1) out += ", ";
        out += argument.name + ": " + argument.type->annotation_str();
        if (argument.default_value) out += " = " + jit::python_repr(*argument.default_value);
    }
    out += ") -> ";
    out += schema->returns.empty() ? "None" : schema->returns[0].type->annotation_str();
    return short_name(out);
}

/// Of parameters, of buffers: tensors and bytes, shared storages counted once.
struct Total {
    size_t count = 0;
    int64_t elements = 0;
    int64_t bytes = 0;
};

/// The module tree: each module's tensors in columns, its other attributes, its methods, then what is inside it.
class TreePrinter {
 public:
    void print(const std::string& name, const ScriptObject& module, size_t depth) {
        const bool shown = !seen_.insert(&module).second;
        line(depth, "{}{}{}", name.empty() ? "" : name + ": ", short_name(module.type->name()),
             shown ? " (the same module as above)" : "");
        if (shown) return;
        const auto& attributes = module.type->attributes();
        const std::vector<IValue> slots = module.slots();
        size_t name_width = 0, type_width = 0;
        for (size_t i = 0; i < attributes.size(); ++i) {
            if (!slots[i].is_tensor()) continue;
            name_width = std::max(name_width, attributes[i].name.size());
            type_width = std::max(type_width, type_text(slots[i].tensor_ref()).size());
        }
        for (size_t i = 0; i < attributes.size(); ++i) {
            const IValue& value = slots[i];
            if (value.is_tensor())
                print_tensor(attributes[i], value.tensor_ref(), depth + 1, name_width, type_width);
            else if (!is_module(value) && !is_everywhere(attributes[i].name))
                line(depth + 1, "{}: {}{}", attributes[i].name, short_name(attributes[i].type->annotation_str()),
                     short_value(value));
        }
        for (const auto& method : module.type->methods()) line(depth + 1, "def {}", signature_of(*method));
        for (size_t i = 0; i < attributes.size(); ++i)
            if (is_module(slots[i])) print(attributes[i].name, slots[i].to_object(), depth + 1);
    }
    const Total& parameters() const { return parameters_; }
    const Total& buffers() const { return buffers_; }

 private:
    template <class... Arguments>
    static void line(size_t depth, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
        fmt::print("{:{}}{}\n", "", 2 * depth, fmt::format(format, std::forward<Arguments>(arguments)...));
    }

    static bool is_module(const IValue& value) { return value.is_object() && value.to_object().type->is_module(); }

    /// Attributes that every module has, and that tell nothing.
    static bool is_everywhere(std::string_view name) { return name == "training" || name == "_is_full_backward_hook"; }

    static std::string type_text(const Tensor& tensor) {
        return fmt::format("{}[{}]", name_of(tensor.dtype()), fmt::join(tensor.sizes(), ", "));
    }

    /// " = 3": of what fits on a line.
    static std::string short_value(const IValue& value) {
        constexpr size_t kLongest = 60;
        if (!value.is_scalar() && !value.is_string() && !value.is_none() && !value.is_device() && !value.is_enum())
            return "";
        const std::string text = jit::python_repr(value);
        return text.size() <= kLongest ? " = " + text : "";
    }

    void print_tensor(const jit::ClassType::Attribute& attribute, const Tensor& tensor, size_t depth, size_t name_width,
                      size_t type_width) {
        Total& total = attribute.is_parameter ? parameters_ : buffers_;
        const int64_t bytes = tensor.numel() * bytes_of(tensor.dtype());
        ++total.count;
        const bool shared = !counted_.insert(tensor.impl()->storage.get()).second;
        if (!shared) {
            total.elements += tensor.numel();
            total.bytes += bytes;
        }
        line(depth, "{:<{}}  {:<{}}  {:>8}  {}{}", attribute.name, name_width, type_text(tensor), type_width,
             size_text(bytes),
             attribute.is_parameter ? "parameter"
             : attribute.is_buffer  ? "buffer"
                                    : "attribute",
             shared ? ", memory shared with one above" : "");
    }

    std::unordered_set<const void*> seen_;
    std::unordered_set<const void*> counted_;
    Total parameters_;
    Total buffers_;
};

void print_operators(const jit::LoadedArchive& archive) {
    struct Use {
        size_t count = 0;
        bool known = true;
        std::string place;
    };
    std::map<std::string, Use> uses;
    size_t width = 0, missing = 0;
    for (const jit::OperatorUse& use : archive.importer->operator_uses()) {
        Use& entry = uses[use.name];
        if (entry.count++ == 0) {
            entry.place = use.range.original().location();
            missing += !use.known;
        }
        entry.known = use.known;
        width = std::max(width, use.name.size());
    }
    fmt::print("\noperators: {}, {}\n", uses.size(),
               missing == 0 ? "wick has all of them" : fmt::format("wick lacks {} of them", missing));
    for (const auto& [name, use] : uses)
        fmt::print("  {:<{}}  {:>4}x{}\n", name, width, use.count,
                   use.known ? "" : "  missing, first used at " + use.place);
}

void print_total(const char* what, const Total& total) {
    fmt::print("{:<11}  {} tensors, {} elements, {}\n", what, total.count, total.elements, size_text(total.bytes));
}

void inspect(const std::string& path) {
    const archive::Bytes file = about(path, [&] { return archive::map_file(path); });
    const jit::LoadedArchive archive = about(path, [&] { return jit::load_archive(file); });
    const std::vector<std::string> errors = compile_all(archive);

    fmt::print("{}: TorchScript archive, {}\n", path, size_text(static_cast<int64_t>(file.size)));
    fmt::print("file version {}, written by PyTorch {}\n", archive.file_version, producer_of(*archive.zip));
    const int64_t training = archive.module->type->find_attribute("training");
    if (training >= 0 && archive.module->slot(training).is_bool())
        fmt::print("saved in {} mode\n", archive.module->slot(training).to_bool() ? "training" : "evaluation");
    fmt::print("\n");

    TreePrinter tree;
    tree.print("", *archive.module, 0);
    fmt::print("\n");
    print_total("parameters:", tree.parameters());
    print_total("buffers:", tree.buffers());
    if (!archive.extra_files.empty()) {
        fmt::print("\nextra files:\n");
        for (const auto& [name, bytes] : archive.extra_files)
            fmt::print("  {}, {}\n", name, size_text(static_cast<int64_t>(bytes.size())));
    }
    print_operators(archive);
    if (!errors.empty()) fmt::print("\n{} functions do not compile; wick check {} tells why\n", errors.size(), path);
}

}  // namespace

void add_inspect(CLI::App& app) {
    auto path = std::make_shared<std::string>();
    CLI::App* command = app.add_subcommand("inspect", "Show what an archive holds, without running anything");
    command->add_option("MODEL", *path, "A TorchScript archive")->required();
    command->callback([path] { inspect(*path); });
}

}  // namespace wick::cli
