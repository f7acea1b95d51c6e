// Writes wick/nn/layers.h: the classes of torch.nn in C++, from the texts of the library. layer_classes LAYERS.h
//
// What Python's constructor requires, the C++ constructor takes by position; what has a default is a field of
// <Name>Options. Left out are `device`, deprecated arguments and `return_indices` (a pooling gives one tensor), and
// classes that take modules or whose forward takes or gives what C++ has no form for.

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "frontend/ast.h"
#include "generated_file.h"
#include "program/library.h"

namespace wick::jit {
namespace {

constexpr std::string_view kHeading = R"(#pragma once
// Made by tools/layer_classes.cpp from the texts of torch.nn (src/program/library): what the arguments mean and which are
// refused is PyTorch's documentation of the class.
//
//   nn::Conv2d conv(1, 8, 3, {.padding = 1});
//   nn::Dropout dropout({.p = 0.1});

#include <optional>
#include <string>
#include <tuple>

#include <wick/nn/layer.h>

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

std::string text_of(const ast::Expr* expression) { return expression ? std::string(expression->range.text()) : ""; }

/// The C++ type for a value of an annotation, "" when there is none.
std::string value_type(std::string_view annotation) {
    static const std::map<std::string_view, std::string> plain = {
        {"Tensor", "Tensor"}, {"int", "int64_t"}, {"float", "double"}, {"bool", "bool"}, {"str", "std::string"}};
    if (const auto found = plain.find(annotation); found != plain.end()) return found->second;
    const size_t bracket = annotation.find('[');
    if (bracket == annotation.npos) return "";
    const std::string_view outer = annotation.substr(0, bracket);
    const std::string_view inner = annotation.substr(bracket + 1, annotation.size() - bracket - 2);
    if (outer == "Optional") {
        if (inner == "List[int]") return "OptionalIntArrayRef";
        const std::string type = value_type(inner);
        return type.empty() || type == "Tensor" ? type : fmt::format("std::optional<{}>", type);
    }
    if (outer != "Tuple") return "";
    std::string members;
    for (size_t begin = 0, end = 0, depth = 0; end <= inner.size(); ++end) {
        if (end < inner.size() && inner[end] == '[') ++depth;
        if (end < inner.size() && inner[end] == ']') --depth;
        if (end < inner.size() && (inner[end] != ',' || depth > 0)) continue;
        std::string_view member = inner.substr(begin, end - begin);
        member.remove_prefix(std::min(member.find_first_not_of(" \n"), member.size()));
        const std::string type = value_type(member);
        if (type.empty()) return "";
        members += (members.empty() ? "" : ", ") + type;
        begin = end + 1;
    }
    return fmt::format("std::tuple<{}>", members);
}

/// A default as C++ source: constants and arithmetic on numbers. Nothing for anything else.
std::optional<std::string> literal(const ast::Expr* value, const std::string& type) {
    const std::string text = text_of(value);
    if (text == "None") return type == "Argument" ? "nullptr" : "{}";
    if (text == "True") return "true";
    if (text == "False") return "false";
    if (text.starts_with('"') || text.find_first_not_of("0123456789.e+-/ ") == text.npos) return text;
    return std::nullopt;
}

/// Of a constructor's parameter.
std::string parameter_type(const ast::Parameter& parameter) {
    if (parameter.name == "dtype") return "std::optional<DType>";
    if (parameter.annotation) return value_type(text_of(parameter.annotation));
    const std::string value = text_of(parameter.default_value);
    if (value == "True" || value == "False") return "bool";
    const bool is_float = value.find('.') != value.npos && value.find_first_not_of("0123456789.") == value.npos;
    return is_float ? "double" : "Argument";
}

bool is_left_out(const ast::Parameter& parameter) {
    static const std::set<std::string> names = {"device", "size_average", "reduce", "return_indices"};
    return parameter.default_value && (names.contains(parameter.name) || parameter.name.starts_with('_'));
}

/// How a parameter of this type is passed on.
std::string passed(const std::string& type) {
    const bool is_small = type == "int64_t" || type == "double" || type == "bool" || type == "OptionalIntArrayRef";
    return is_small ? type : fmt::format("const {}&", type);
}

std::string name_of(const ast::Parameter& parameter) {
    return is_cpp_keyword(parameter.name) ? parameter.name + "_" : parameter.name;
}

/// Nothing when the class has no form in C++.
std::optional<std::string> layer(const ast::ClassDef& type) {
    const ast::FunctionDef* init = method(type, "__init__");
    const ast::FunctionDef* forward = method(type, "forward");
    if (!forward) return std::nullopt;

    std::string fields, formal, arguments, options;
    for (size_t i = 1; init && i < init->parameters.size(); ++i) {
        const ast::Parameter& parameter = init->parameters[i];
        using Kind = ast::Parameter::Kind;
        if (parameter.kind == Kind::var_keyword || parameter.kind == Kind::var_positional || is_left_out(parameter))
            continue;
        const std::string parameter_is = parameter_type(parameter);
        const std::string name = name_of(parameter);
        if (!parameter.default_value) {
            if (parameter_is.empty()) return std::nullopt;
            formal += fmt::format("{}{} {}", formal.empty() ? "" : ", ", passed(parameter_is), name);
            arguments += fmt::format("{}boxed({})", arguments.empty() ? "" : ", ", name);
            continue;
        }
        const std::optional<std::string> value = literal(parameter.default_value, parameter_is);
        if (parameter_is.empty() || !value) continue;
        fields += fmt::format("    {} {} = {};\n", parameter_is, name, *value);
        options += fmt::format("{}{{\"{}\", boxed(options.{})}}", options.empty() ? "" : ", ", parameter.name, name);
    }
    std::string text;
    if (!fields.empty()) {
        text += fmt::format("struct {}Options {{\n{}}};\n", type.name, fields);
        formal += fmt::format("{}const {}Options& options = {{}}", formal.empty() ? "" : ", ", type.name);
    }

    std::string inputs, given;
    for (size_t i = 1; i < forward->parameters.size(); ++i) {
        const ast::Parameter& parameter = forward->parameters[i];
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
    const std::string result = forward->returns ? value_type(text_of(forward->returns)) : "Tensor";
    if (result.empty()) return std::nullopt;
    const bool is_explicit = !formal.empty();
    return text + fmt::format(
                      "class {0} : public Layer {{\n public:\n    {1}{0}({2}) : Layer(\"{0}\", {{{3}}}, {{{4}}}) {{}}\n"
                      "    {5} forward({6}) const {{ return call<{5}>({7}); }}\n"
                      "    {5} operator()({6}) const {{ return forward({7}); }}\n}};\n\n",
                      type.name, is_explicit ? "explicit " : "", formal, arguments, options, result, inputs, given);
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
