#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <map>
#include <memory>
#include <string>
#include <unordered_set>

#include <wick/wick.h>

#include "archive/bytes.h"
#include "archive/module_load.h"
#include "archive/zip.h"
#include "cli/commands.h"
#include "cli/compile_all.h"
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

class TreePrinter {
 public:
    void print(const std::string& name, const ScriptObject& module, size_t depth) {
        fmt::print("{:{}}{}{}\n", "", 2 * depth, name.empty() ? "" : name + ": ", module.type->name());
        if (!seen_.insert(&module).second) {
            fmt::print("{:{}}(shown above)\n", "", 2 * depth + 2);
            return;
        }
        const auto& attributes = module.type->attributes();
        for (size_t i = 0; i < attributes.size(); ++i) print_attribute(attributes[i], module.slots[i], depth + 1);
        for (const auto& method : module.type->methods())
            fmt::print("{:{}}{}\n", "", 2 * depth + 2, signature_of(*method));
        for (size_t i = 0; i < attributes.size(); ++i)
            if (is_module(module.slots[i])) print(attributes[i].name, module.slots[i].to_object(), depth + 1);
    }
    /// Of parameters, of buffers: tensors and bytes, shared storages counted once.
    struct Total {
        int64_t elements = 0;
        int64_t bytes = 0;
        size_t count = 0;
    };
    const Total& parameters() const { return parameters_; }
    const Total& buffers() const { return buffers_; }

 private:
    static bool is_module(const IValue& value) { return value.is_object() && value.to_object().type->is_module(); }

    /// "def forward(self, input: Tensor, scale: float=1.0) -> Tensor".
    static std::string signature_of(jit::Function& method) {
        try {
            const jit::Schema& schema = method.schema();
            std::string text = fmt::format("def {}(self", schema.name);
            for (size_t i = 1; i < schema.arguments.size(); ++i) {
                const jit::Argument& argument = schema.arguments[i];
                text += fmt::format(", {}: {}", argument.name, argument.type->annotation_str());
                if (argument.default_value) text += "=" + jit::python_repr(*argument.default_value);
            }
            return text + ") -> " + schema.returns.at(0).type->annotation_str();
        } catch (const CompileError& error) {
            return fmt::format("def {}: does not compile: {}", method.name(), error.sentence());
        }
    }

    static bool is_short(const IValue& value) {
        return value.is_none() || value.is_scalar() || value.is_device() || value.is_enum() ||
               (value.is_string() && value.to_string().size() < 60);
    }

    void print_attribute(const jit::ClassType::Attribute& attribute, const IValue& value, size_t depth) {
        if (is_module(value)) return;
        if (!value.is_tensor()) {
            fmt::print("{:{}}{}: {}{}\n", "", 2 * depth, attribute.name, attribute.type->annotation_str(),
                       is_short(value) ? " = " + jit::python_repr(value) : "");
            return;
        }
        const Tensor& tensor = value.tensor_ref();
        Total& total = attribute.is_parameter ? parameters_ : buffers_;
        const int64_t bytes = tensor.numel() * bytes_of(tensor.dtype());
        ++total.count;
        if (counted_.insert(tensor.impl()->storage.get()).second) {
            total.elements += tensor.numel();
            total.bytes += bytes;
        }
        fmt::print("{:{}}{}: {} {}[{}], {}\n", "", 2 * depth, attribute.name,
                   attribute.is_parameter ? "parameter" : "buffer", name_of(tensor.dtype()),
                   fmt::join(tensor.sizes(), ", "), size_text(bytes));
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
    for (const jit::OperatorUse& use : archive.importer->operator_uses()) {
        Use& entry = uses[use.name];
        if (entry.count++ == 0) entry.place = use.range.location();
        entry.known = use.known;
    }
    fmt::print("\noperators ({}):\n", uses.size());
    for (const auto& [name, use] : uses)
        fmt::print("  {} x{}{}\n", name, use.count,
                   use.known ? "" : fmt::format("  (wick has no such operator: {})", use.place));
}

void inspect(const std::string& path) {
    const archive::Bytes file = archive::map_file(path);
    const archive::ZipReader zip(file);
    const jit::LoadedArchive archive = jit::load_archive(file);
    const std::vector<std::string> errors = compile_all(archive);

    fmt::print("{}: TorchScript archive, {}\n", path, size_text(static_cast<int64_t>(file.size)));
    fmt::print("file version {}, written by PyTorch {}\n\n", archive.file_version, producer_of(zip));
    TreePrinter tree;
    tree.print("", *archive.module, 0);
    fmt::print("\nparameters: {} tensors, {} elements, {}\n", tree.parameters().count, tree.parameters().elements,
               size_text(tree.parameters().bytes));
    fmt::print("buffers: {} tensors, {} elements, {}\n", tree.buffers().count, tree.buffers().elements,
               size_text(tree.buffers().bytes));
    if (!archive.extra_files.empty()) {
        fmt::print("\nextra files:\n");
        for (const auto& [name, bytes] : archive.extra_files)
            fmt::print("  {}, {}\n", name, size_text(static_cast<int64_t>(bytes.size())));
    }
    print_operators(archive);
    if (!errors.empty()) fmt::print("\n{} functions do not compile (wick check {} tells why)\n", errors.size(), path);
}

}  // namespace

void add_inspect(CLI::App& app) {
    auto path = std::make_shared<std::string>();
    CLI::App* command = app.add_subcommand("inspect", "Show what an archive holds, without running anything");
    command->add_option("MODEL", *path, "A TorchScript archive")->required();
    command->callback([path] { inspect(*path); });
}

}  // namespace wick::cli
