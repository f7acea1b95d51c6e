#include "library_signature.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>

#include "generated_file.h"

namespace wick::jit {

std::string text_of(const ast::Expr* expression) { return expression ? std::string(expression->range.text()) : ""; }

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

std::optional<std::string> literal(const ast::Expr* value, const std::string& type) {
    const std::string text = text_of(value);
    if (text == "None") return type == "Argument" ? "nullptr" : "{}";
    if (text == "True") return "true";
    if (text == "False") return "false";
    if (text.starts_with('"') || text.find_first_not_of("0123456789.e+-/ ") == text.npos) return text;
    return std::nullopt;
}

std::string passed(const std::string& type) {
    const bool is_small = type == "int64_t" || type == "double" || type == "bool" || type == "OptionalIntArrayRef";
    return is_small ? type : fmt::format("const {}&", type);
}

std::string cpp_name(const std::string& name) {
    if (name == "lambd") return "lambda";
    return is_cpp_keyword(name) ? name + "_" : name;
}

std::string name_of(const ast::Parameter& parameter) { return cpp_name(parameter.name); }

namespace {

/// What may be one number or several is an Argument.
std::string option_type(const std::string& annotation) {
    if (annotation.find("BroadcastingList") != annotation.npos || annotation.ends_with("List[int]") ||
        annotation.ends_with("List[int]]"))
        return annotation.find("[float]") == annotation.npos ? "Argument" : "std::optional<std::vector<double>>";
    if (annotation == "Optional[List[float]]") return "std::optional<std::vector<double>>";
    if (annotation == "Union[int, float]") return "double";
    return value_type(annotation);
}

/// Of a constructor's parameter.
std::string parameter_type(const ast::Parameter& parameter) {
    if (parameter.name == "dtype") return "std::optional<DType>";
    if (parameter.annotation) return option_type(text_of(parameter.annotation));
    const std::string value = text_of(parameter.default_value);
    if (value == "True" || value == "False") return "bool";
    const bool is_float = value.find('.') != value.npos && value.find_first_not_of("0123456789.") == value.npos;
    return is_float ? "double" : "Argument";
}

bool is_left_out(const ast::Parameter& parameter) {
    static const std::set<std::string> names = {"device", "generator", "reduce", "return_indices", "size_average"};
    return parameter.default_value && (names.contains(parameter.name) || parameter.name.starts_with('_'));
}

/// How many of them come by position: the required ones, or else the first.
size_t count_of_positional(const std::vector<Option>& options) {
    size_t required = 0;
    while (required < options.size() && options[required].otherwise.empty()) ++required;
    return required ? required : std::min<size_t>(options.size(), 1);
}

}  // namespace

std::optional<std::vector<Option>> options_of(const ast::FunctionDef* function, size_t first) {
    std::vector<Option> options;
    for (size_t i = first; function && i < function->parameters.size(); ++i) {
        const ast::Parameter& parameter = function->parameters[i];
        using Kind = ast::Parameter::Kind;
        if (parameter.kind == Kind::var_keyword || parameter.kind == Kind::var_positional || is_left_out(parameter))
            continue;
        Option option{parameter.name, name_of(parameter), parameter_type(parameter), ""};
        if (parameter.default_value) {
            const std::optional<std::string> value = literal(parameter.default_value, option.type);
            if (option.type.empty() || !value) continue;
            option.otherwise = *value;
        } else if (option.type.empty()) {
            return std::nullopt;
        }
        options.push_back(std::move(option));
    }
    return options;
}

std::string constructor_of_sizes(const std::string& class_name, const std::string& formal) {
    if (!formal.starts_with("const Argument& ") || formal.find(',') != formal.npos) return "";
    return fmt::format("    explicit {0}(std::initializer_list<int64_t> sizes) : {0}(Argument(sizes)) {{}}\n",
                       class_name);
}

OptionsText options_text(const std::string& class_name, const std::vector<Option>& options) {
    OptionsText text;
    std::string values, members;
    const size_t positional = count_of_positional(options);
    for (size_t i = 0; i < options.size(); ++i) {
        const Option& one = options[i];
        if (i < positional) {
            text.formal += fmt::format("{}{} {}{}", i ? ", " : "", passed(one.type), one.name,
                                       one.otherwise.empty() ? "" : " = " + one.otherwise);
            text.given += (i ? ", " : "") + one.name;
            if (one.otherwise.empty())
                text.nothing += fmt::format("{}{}({})", i ? ", " : "", one.type, one.type == "Argument" ? "0" : "");
            values += fmt::format("{}{}_({})", i ? ", " : "", one.name, one.name);
        }
        members += fmt::format("    WICK_OPTION({}, {}){};\n", one.type, one.name,
                               i < positional ? "" : " = " + one.otherwise);
        const std::string value = fmt::format("boxed(options.{}())", one.name);
        if (one.otherwise.empty())
            text.arguments.push_back(value);
        else
            text.keywords += fmt::format("{}{{\"{}\", {}}}", text.keywords.empty() ? "" : ", ", one.python_name, value);
    }
    text.declaration = fmt::format("class {0} {{\n public:\n    {0}({1}) : {2} {{}}\n{3}{4}}};\n", class_name,
                                   text.formal, values, constructor_of_sizes(class_name, text.formal), members);
    return text;
}

}  // namespace wick::jit
