// Writes the functions of a module of torch.nn in C++, from the text of the library.
//
//   library_functions torch.nn.functional FUNCTIONAL.h
//
// Of torch.nn.functional, tensors that are required come by position; the other arguments are <Name>FuncOptions, or
// those that its constructor takes. A name that stands for an operator is the operator's function. Of torch.nn.init all
// arguments come by position. Left out are functions of several forms, and whose arguments or results C++ has no form
// for.

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "frontend/ast.h"
#include "generated_file.h"
#include "library_signature.h"
#include "ops/registry.h"
#include "program/library.h"

namespace wick::jit {
namespace {

constexpr std::string_view kHeading = R"(#pragma once
// Made by tools/library_functions.cpp from the text of {0} (src/program/library): what arguments mean and which are
// refused is PyTorch's documentation of the function.

#include <concepts>
#include <optional>
#include <string>
#include <tuple>

#include <wick/nn/library_function.h>
#include <wick/ops/functions.h>
#include <wick/support/option.h>

namespace wick::{1} {{

)";

std::string lower_case(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

/// The names of the layers by their letters alone: "LeakyReLU" by "leakyrelu".
std::map<std::string, std::string> layer_names() {
    std::map<std::string, std::string> names;
    for (const auto& [module, text] : library_texts()) {
        if (!module.starts_with("torch.nn.modules.")) continue;
        const std::shared_ptr<const Ast> ast = library_ast(std::string(module));
        for (const ast::Stmt* statement : ast->body)
            if (const auto* type = ast::as<ast::ClassDef>(statement)) names[lower_case(type->name)] = type->name;
    }
    return names;
}

/// "MaxPool2d" of "max_pool2d"; spelled as the layer is, if there is one: "LeakyReLU" of "leaky_relu".
std::string camel_case(const std::string& name) {
    static const std::map<std::string, std::string> layers = layer_names();
    std::string camel;
    bool begins = true;
    for (const char c : name) {
        if (c != '_') camel += begins ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
        begins = c == '_';
    }
    const auto layer = layers.find(lower_case(camel));
    return layer == layers.end() ? camel : layer->second;
}

/// Nothing when it has no form in C++.
std::optional<std::string> function(const std::string& module, const ast::FunctionDef& definition) {
    const std::string& name = definition.name;
    std::string tensors, arguments;
    size_t first = 0;
    for (; first < definition.parameters.size(); ++first) {
        const ast::Parameter& one = definition.parameters[first];
        if (one.default_value || value_type(text_of(one.annotation)) != "Tensor") break;
        tensors += fmt::format("{}const Tensor& {}", first ? ", " : "", name_of(one));
        arguments += fmt::format("{}boxed({})", first ? ", " : "", name_of(one));
    }
    const std::optional<std::vector<Option>> options = options_of(&definition, first);
    const std::string result = definition.returns ? value_type(text_of(definition.returns)) : "";
    if (!options || result.empty()) return std::nullopt;
    const std::string options_name = camel_case(name) + "FuncOptions";
    const OptionsText text = options_text(options_name, *options);
    for (const std::string& one : text.arguments) arguments += (arguments.empty() ? "" : ", ") + one;
    const std::string body = fmt::format(
        " {{\n    static const nn::LibraryFunction function(\"{}\", \"{}\");\n"
        "    return function.call<{}>({{{}}}, {{{}}});\n}}\n",
        module, name, result, arguments, text.keywords);
    if (options->empty()) return fmt::format("inline {} {}({}){}", result, name, tensors, body);
    const std::string comma = tensors.empty() ? "" : ", ";
    std::string given;
    for (size_t i = 0; i < first; ++i) given += (i ? ", " : "") + name_of(definition.parameters[i]);
    return text.declaration +
           fmt::format("template <std::same_as<{}> Options>\n{} {}({}{}const Options& options){}", options_name, result,
                       name, tensors, comma, body) +
           fmt::format("inline {} {}({}{}{}) {{\n    return {}({}{}{}({}));\n}}\n", result, name, tensors, comma,
                       text.formal, name, given, comma, options_name, text.given);
}

/// As Python runs it: what fills a tensor is called seldom, and takes arguments of more types than compiled code.
std::string initialization(const std::string& module, const ast::FunctionDef& definition) {
    std::string formal, values;
    for (const Option& one : options_of(&definition, 0).value_or(std::vector<Option>())) {
        formal += fmt::format("{}{} {}{}", formal.empty() ? "" : ", ", passed(one.type), one.name,
                              one.otherwise.empty() ? "" : " = " + one.otherwise);
        values += fmt::format("{}boxed({})", values.empty() ? "" : ", ", one.name);
    }
    const std::string result = value_type(text_of(definition.returns));
    return fmt::format(
        "inline {0} {1}({2}) {{\n    return Unboxed<{0}>::from(nn::call_library(\"{3}\", \"{1}\", {{{4}}}));\n}}\n",
        result, definition.name, formal, module, values);
}

/// "using wick::linear;" where a name stands for the operator of that name, or for a choice of which the operator is
/// one.
std::string using_operator(const ast::Assign& assignment) {
    const std::string name = text_of(assignment.targets[0]), value = text_of(assignment.value);
    const bool is_operator = value.starts_with("torch.") && value.ends_with("." + name);
    if (!is_operator && !value.starts_with("boolean_dispatch(")) return "";
    const Operator* op = Registry::instance().find_overload("aten::" + name);
    return op && op->schema().returns.size() == 1 ? fmt::format("using wick::{};\n", name) : "";
}

std::string functions(const std::string& module) {
    std::string space = "nn::" + module.substr(module.rfind('.') + 1);
    std::string text = fmt::format(kHeading, module, space);
    const std::shared_ptr<const Ast> ast = library_ast(module);
    for (const ast::Stmt* statement : ast->body) {
        if (const auto* assignment = ast::as<ast::Assign>(statement)) text += using_operator(*assignment);
        const auto* definition = ast::as<ast::FunctionDef>(statement);
        if (!definition || definition->name.starts_with('_') || definition->name.ends_with("_with_indices")) continue;
        if (!definition->decorators.empty()) continue;
        if (module == "torch.nn.init")
            text += initialization(module, *definition) + "\n";
        else if (const std::optional<std::string> one = function(module, *definition))
            text += *one + "\n";
    }
    return text + fmt::format("}}  // namespace wick::{}\n", space);
}

}  // namespace
}  // namespace wick::jit

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    wick::write_if_changed(argv[2], wick::jit::functions(argv[1]));
}
