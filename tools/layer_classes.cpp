// Writes wick/nn/layers.h: the classes of torch.nn in C++, from the texts of the library. layer_classes LAYERS.h
//
// Arguments of Python's constructor are <Name>Options, whose constructor takes those that are required, or else the
// first one, as libtorch's do; the layer can be made of these too. Parameters and buffers that the constructor names
// are members. Left out are `device`, deprecated arguments and `return_indices` (a pooling gives one tensor), and
// classes whose forward takes or gives what C++ has no form for.

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "frontend/ast.h"
#include "generated_file.h"
#include "library_signature.h"
#include "program/library.h"

namespace wick::jit {
namespace {

constexpr std::string_view kHeading = R"(#pragma once
// Made by tools/layer_classes.cpp from the texts of torch.nn (src/program/library): what the arguments mean and which are
// refused is PyTorch's documentation of the class.
//
//   nn::Conv2d conv(nn::Conv2dOptions(1, 8, 3).padding(1));
//   nn::Dropout dropout(0.1);

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <tuple>

#include <wick/nn/layer.h>
#include <wick/support/option.h>

namespace wick::nn {

)";

/// All classes below torch.nn.modules by name.
std::map<std::string, const ast::ClassDef*> classes() {
    std::map<std::string, const ast::ClassDef*> found;
    for (const auto& [module, text] : library_texts()) {
        if (!module.starts_with("torch.nn.modules.")) continue;
        static std::vector<std::shared_ptr<const Ast>> kept;
        kept.push_back(library_ast(std::string(module)));
        for (const ast::Stmt* statement : kept.back()->body) {
            if (const auto* definition = ast::as<ast::ClassDef>(statement)) found[definition->name] = definition;
        }
    }
    return found;
}

const std::map<std::string, const ast::ClassDef*>& all_classes() {
    static const auto found = classes();
    return found;
}

const ast::ClassDef* base_of(const ast::ClassDef& type) {
    if (type.bases.empty()) return nullptr;
    const auto found = all_classes().find(std::string(type.bases[0]->range.text()));
    return found == all_classes().end() ? nullptr : found->second;
}

bool is_module(const ast::ClassDef& type) {
    const ast::ClassDef* base = base_of(type);
    return type.name == "Module" || (base && is_module(*base));
}

bool has_annotations(const ast::FunctionDef& function) {
    return std::all_of(function.parameters.begin() + 1, function.parameters.end(),
                       [](const ast::Parameter& parameter) { return parameter.annotation != nullptr; });
}

/// The method of the class or of the nearest one it derives from; of several overloads the first, which says its types.
const ast::FunctionDef* method(const ast::ClassDef& type, const std::string& name) {
    const ast::FunctionDef* last = nullptr;
    for (const ast::Stmt* statement : type.body) {
        const auto* function = ast::as<ast::FunctionDef>(statement);
        if (!function || function->name != name) continue;
        if (has_annotations(*function)) return function;
        last = function;
    }
    if (last || type.name == "Module") return last;
    const ast::ClassDef* base = base_of(type);
    return base ? method(*base, name) : nullptr;
}

/// Parameters and buffers that the constructors of the class and of those it derives from name: self.weight =
/// Parameter(…), self.register_buffer("running_mean", …).
void find_tensors(const ast::ClassDef& type, std::vector<std::string>& names) {
    if (const ast::ClassDef* base = base_of(type); base && base->name != "Module") find_tensors(*base, names);
    const auto add = [&](std::string name) {
        if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
    };
    for (const ast::Stmt* statement : type.body) {
        const auto* function = ast::as<ast::FunctionDef>(statement);
        if (!function || function->name != "__init__") continue;
        const std::string text(function->range.text());
        for (const char* registers : {"self.register_parameter(\"", "self.register_buffer(\""}) {
            for (size_t at = text.find(registers); at != text.npos; at = text.find(registers, at + 1)) {
                const size_t start = text.find('"', at) + 1;
                add(text.substr(start, text.find('"', start) - start));
            }
        }
        constexpr std::string_view kAssigned = " = Parameter(";
        for (size_t at = text.find(kAssigned); at != text.npos; at = text.find(kAssigned, at + 1)) {
            const size_t start = text.rfind("self.", at);
            if (text.find('\n', start) > at) add(text.substr(start + 5, at - start - 5));
        }
    }
}

std::string tensor_members(const ast::ClassDef& type) {
    std::vector<std::string> names;
    find_tensors(type, names);
    std::string text;
    for (const std::string& name : names)
        text += fmt::format("{}{} = find_tensor(\"{}\")", text.empty() ? "    Tensor " : ", ", name, name);
    return text.empty() ? "" : text + ";\n";
}

std::string constructors(const std::string& name, const OptionsText& options) {
    const bool has_options = !options.formal.empty();
    std::string text = fmt::format(
        "    template <std::same_as<std::nullptr_t> Null>\n    {0}(Null) : Layer(nullptr){1} {{}}\n"
        "    template <std::same_as<std::shared_ptr<{0}>> Pointer>\n    {0}(const Pointer& other) : {0}(*other) {{}}\n"
        "    explicit {0}(Original original) : Layer(original){2} {{}}\n"
        "    std::shared_ptr<Module> clone(const std::optional<Device>& = {{}}) const override {{\n"
        "        return std::make_shared<{0}>(Original{{*this}});\n    }}\n",
        name, has_options ? fmt::format(", options({})", options.nothing) : "",
        has_options ? fmt::format(", options(static_cast<const {}&>(original.layer).options)", name) : "");
    if (!has_options) return text + fmt::format("    {0}() : Layer(\"{0}\", {{}}, {{}}) {{}}\n", name);
    return text +
           fmt::format("    explicit {0}({1}) : {0}({0}Options({2})) {{}}\n", name, options.formal, options.given) +
           constructor_of_sizes(name, options.formal) +
           fmt::format(
               "    template <std::same_as<{0}Options> Options>\n"
               "    explicit {0}(const Options& options) : Layer(\"{0}\", {{{1}}}, {{{2}}}), options(options) {{}}\n",
               name, fmt::join(options.arguments, ", "), options.keywords);
}

/// Nothing when forward has no form in C++.
std::optional<std::string> forward_of(const ast::FunctionDef& forward) {
    std::string inputs, given;
    for (size_t i = 1; i < forward.parameters.size(); ++i) {
        const ast::Parameter& parameter = forward.parameters[i];
        const std::string input = value_type(text_of(parameter.annotation));
        if (input.empty()) return std::nullopt;
        inputs += fmt::format("{}{} {}", i == 1 ? "" : ", ", passed(input), parameter.name);
        if (parameter.default_value) {
            const std::optional<std::string> value = literal(parameter.default_value, input);
            if (!value) return std::nullopt;
            inputs += " = " + *value;
        }
        given += (given.empty() ? "" : ", ") + parameter.name;
    }
    const std::string result = forward.returns ? value_type(text_of(forward.returns)) : "Tensor";
    if (result.empty()) return std::nullopt;
    return fmt::format(
        "    {0} forward({1}) const {{ return call<{0}>({2}); }}\n"
        "    {0} operator()({1}) const {{ return forward({2}); }}\n",
        result, inputs, given);
}

/// Nothing when the class has no form in C++.
std::optional<std::string> layer(const ast::ClassDef& type) {
    const std::optional<std::vector<Option>> options = options_of(method(type, "__init__"), 1);
    const ast::FunctionDef* forward = method(type, "forward");
    const std::optional<std::string> calls = forward ? forward_of(*forward) : std::nullopt;
    if (!options || !calls) return std::nullopt;
    const OptionsText text = options_text(type.name + "Options", *options);
    const std::string tensors = tensor_members(type);
    std::string members = options->empty() ? "" : fmt::format("    {}Options options;\n", type.name);
    if (!tensors.empty())
        members = fmt::format("    /// Draws them anew.\n    void reset_parameters() {{ take_from({}({})); }}\n",
                              type.name, options->empty() ? "" : "options") +
                  (tensors.find("\"running_mean\"") == tensors.npos
                       ? ""
                       : "    /// Forgets the batches that it has seen.\n    void reset_running_stats() { "
                         "reset_statistics(); }\n") +
                  members + tensors;
    return (options->empty() ? "" : text.declaration) +
           fmt::format(
               "class {0} : public Layer, public AsPointer<{0}> {{\n public:\n{1}{2}{3}}};\n"
               "using {0}Impl = {0};\n\n",
               type.name, constructors(type.name, text), *calls, members);
}

std::string layers() {
    std::string text(kHeading);
    for (const auto& [name, type] : all_classes()) {
        if (name.starts_with('_') || name == "Module" || !is_module(*type)) continue;
        if (const std::optional<std::string> one = layer(*type)) text += *one;
    }
    return text + "}  // namespace wick::nn\n";
}

}  // namespace
}  // namespace wick::jit

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    wick::write_if_changed(argv[1], wick::jit::layers());
}
