// Writes wick/ops/functions.h: every operator on tensors as a C++ function, from the registry's schemas.
// operator_functions FUNCTIONS.h
//
// An argument of a factory's dtype and its like become one TensorOptions; a tensor that is written to by keyword (out=)
// comes first in a function called <name>_out, as in libtorch. Left out are operators on lists, dicts and type
// variables, and what C++ cannot tell apart from an overload before it.

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "generated_file.h"
#include "ops/registry.h"

namespace wick::jit {
namespace {

constexpr std::string_view kHeading = R"(#pragma once
// Made by tools/operator_functions.cpp from the registry of operators: each of them as a function. Over each stands its
// schema, which is the specification.

#include <limits>

#include <wick/ops/operator_handle.h>

namespace wick {

)";

/// How a C++ function takes an argument: its type there, and the expression that becomes the operator's argument.
struct Parameter {
    std::string type;
    std::string name;
    std::string value;
    std::optional<std::string> otherwise;
};

std::string cpp_name(const std::string& name) { return is_cpp_keyword(name) ? name + "_" : name; }

/// The type of a plain argument, "" when it has none in C++.
std::string plain_type(const Type& type, const std::string& written) {
    switch (type.kind()) {
        case TypeKind::Tensor:
            return "const Tensor&";
        case TypeKind::Number:
            return "const Scalar&";
        case TypeKind::Int:
            return written == "ScalarType" ? "DType" : "int64_t";
        case TypeKind::Float:
            return "double";
        case TypeKind::Bool:
            return "bool";
        case TypeKind::Complex:
            return "std::complex<double>";
        case TypeKind::String:
            return "std::string_view";
        case TypeKind::Device:
            return "Device";
        default:
            return "";
    }
}

std::string list_type(const Type& element) {
    switch (element.kind()) {
        case TypeKind::Tensor:
            return "const std::vector<Tensor>&";
        case TypeKind::Int:
            return "IntArrayRef";
        case TypeKind::Float:
            return "ArrayRef<double>";
        case TypeKind::Bool:
            return "const std::vector<bool>&";
        default:
            return "";
    }
}

std::string without_question_mark(const std::string& written) {
    return written.ends_with('?') ? written.substr(0, written.size() - 1) : written;
}

/// A default as C++ source; nothing where it has no form there.
std::optional<std::string> literal(const IValue& value, const Argument& argument, const std::string& type) {
    if (value.is_none()) return type == "const Tensor&" ? "{}" : "std::nullopt";
    if (type.find("DType") != type.npos) {
        DType dtype;
        if (!dtype_from_number(value.to_int(), dtype)) return std::nullopt;
        return fmt::format("DType::{}", dtype == DType::bool_ ? "bool_" : name_of(dtype));
    }
    if (value.is_bool()) return value.to_bool() ? "true" : "false";
    if (value.is_int()) return fmt::format("{}", value.to_int());
    if (value.is_double()) {
        const double number = value.to_double();
        if (std::isinf(number)) return fmt::format("{}std::numeric_limits<double>::infinity()", number < 0 ? "-" : "");
        const std::string text = fmt::format("{}", number);
        return text.find_first_of(".e") == text.npos ? text + ".0" : text;
    }
    if (value.is_string()) return fmt::format("\"{}\"", value.to_string());
    if (value.is_list()) {
        std::string items;
        for (const IValue& item : value.to_list().items) {
            const std::optional<std::string> one = literal(item, argument, "");
            if (!one) return std::nullopt;
            items += (items.empty() ? "" : ", ") + *one;
        }
        return "{" + items + "}";
    }
    return std::nullopt;
}

/// Nothing when the argument cannot be given from C++.
std::optional<Parameter> parameter(const Argument& argument) {
    const bool is_optional = argument.type->is(TypeKind::Optional);
    const Type& type = is_optional ? *argument.type->contained(0) : *argument.type;
    Parameter made;
    made.name = cpp_name(argument.name);
    made.value = made.name;
    if (type.is(TypeKind::List)) {
        const Type& element = *type.contained(0);
        if (element.is(TypeKind::Optional) && element.contained(0)->is(TypeKind::Tensor)) {
            made.type = "const std::vector<Tensor>&";
            made.value = fmt::format("boxed_optional({})", made.name);
        } else {
            made.type = list_type(element);
        }
        if (made.type.empty()) return std::nullopt;
        if (is_optional && made.type == "IntArrayRef")
            made.type = "OptionalIntArrayRef";
        else if (is_optional && made.type == "ArrayRef<double>")
            made.type = "std::optional<ArrayRef<double>>";
        else if (is_optional)
            return std::nullopt;
        if (made.type.ends_with("IntArrayRef") && argument.fixed_length > 1)
            made.value = fmt::format("boxed({}, {})", made.name, argument.fixed_length);
    } else {
        made.type = plain_type(type, without_question_mark(argument.written_type));
        if (made.type.empty()) return std::nullopt;
        // An undefined tensor is none.
        if (is_optional && made.type != "const Tensor&") {
            const bool is_scalar = made.type == "const Scalar&";
            made.type = fmt::format("std::optional<{}>", is_scalar ? "Scalar" : made.type);
            if (is_scalar) made.type = "const " + made.type + "&";
        }
    }
    if (argument.default_value) made.otherwise = literal(*argument.default_value, argument, made.type);
    return made;
}

std::string result_type(const Argument& result) {
    const Type& type = *result.type;
    if (type.is(TypeKind::Tensor)) return "Tensor";
    if (type.is(TypeKind::List)) {
        if (type.contained(0)->is(TypeKind::Tensor)) return "std::vector<Tensor>";
        return type.contained(0)->is(TypeKind::Int) ? "std::vector<int64_t>" : "";
    }
    const std::string plain = plain_type(type, result.written_type);
    if (plain == "const Scalar&") return "Scalar";
    return plain == "std::string_view" ? "std::string" : plain;
}

/// "" when some result has no form in C++.
std::string result_type(const Schema& schema) {
    if (schema.returns.empty()) return "void";
    if (schema.returns.size() == 1) return result_type(schema.returns[0]);
    std::string members;
    for (const Argument& result : schema.returns) {
        const std::string type = result_type(result);
        if (type.empty()) return "";
        members += (members.empty() ? "" : ", ") + type;
    }
    return fmt::format("std::tuple<{}>", members);
}

bool concerns_tensors(const Schema& schema) {
    const auto is_tensor = [](const Argument& argument) {
        return argument.type->str().find("Tensor") != std::string::npos;
    };
    return std::ranges::any_of(schema.arguments, is_tensor) || std::ranges::any_of(schema.returns, is_tensor);
}

/// The options of factories, at the place where the schema has the dtype.
bool is_option(const Argument& argument) {
    return argument.kwarg_only && (argument.name == "dtype" || argument.name == "layout" || argument.name == "device" ||
                                   argument.name == "pin_memory");
}

class FunctionWriter {
 public:
    /// The function's text; "" when there is none.
    std::string write(const Operator& op) {
        const Schema& schema = op.schema();
        const std::string result = result_type(schema);
        const bool has_options = std::ranges::any_of(
            schema.arguments, [](const Argument& one) { return one.kwarg_only && one.name == "pin_memory"; });
        if (result.empty() || schema.is_vararg || schema.is_varret || schema.arguments.empty()) return "";
        if (!concerns_tensors(schema)) return "";
        std::vector<Parameter> parameters;
        std::vector<Parameter> outputs;
        std::string values;
        bool gives_options = false;
        for (const Argument& argument : schema.arguments) {
            std::string value = "std::nullopt";
            if (has_options && is_option(argument)) {
                if (!gives_options) parameters.push_back({"const TensorOptions&", "options", "", "{}"});
                gives_options = true;
                if (argument.name == "dtype") value = dtype_of_options(argument);
                if (argument.name == "device") value = "options.device()";
            } else if (!argument.type->is(TypeKind::Optional) ||
                       !argument.type->contained(0)->is(TypeKind::Generator)) {
                std::optional<Parameter> made = parameter(argument);
                if (!made) return "";
                value = made->value;
                (argument.is_out ? outputs : parameters).push_back(*made);
            }
            values += ", " + value;
        }
        parameters.insert(parameters.begin(), outputs.begin(), outputs.end());
        forget_defaults_in_the_middle(parameters);

        const std::string name = op.name.substr(op.name.find("::") + 2) + (op.is_out_variant ? "_out" : "");
        if (!tell_apart(name, parameters)) return "";
        std::string formal;
        for (const Parameter& one : parameters) {
            formal += fmt::format("{}{} {}", formal.empty() ? "" : ", ", one.type, one.name);
            if (one.otherwise) formal += " = " + *one.otherwise;
        }
        const bool makes = gives_options && result == "Tensor";
        return fmt::format(
            "/// {}\n{}inline {} {}({}) {{\n    static const OperatorHandle op(\"{}\");\n    return {};\n}}\n",
            schema.str(), op.doc.empty() ? "" : "/// " + op.doc + "\n", result, name, formal, op.operator_name(),
            makes ? fmt::format("op.make(options{})", values)
                  : fmt::format("op.call<{}>({})", result, values.substr(2)));
    }

 private:
    static std::string dtype_of_options(const Argument& argument) {
        if (!argument.default_value || argument.default_value->is_none()) return "options.dtype()";
        return fmt::format("options.dtype().value_or({})", *literal(*argument.default_value, argument, "DType"));
    }

    static void forget_defaults_in_the_middle(std::vector<Parameter>& parameters) {
        bool needed = false;
        for (size_t i = parameters.size(); i-- > 0;) {
            if (needed) parameters[i].otherwise.reset();
            needed = needed || !parameters[i].otherwise;
        }
    }

    /// Takes defaults away until no call means an overload before this one too; false when that does not help.
    bool tell_apart(const std::string& name, std::vector<Parameter>& parameters) {
        Overload own;
        for (const Parameter& one : parameters) {
            own.types.push_back(one.type);
            own.required += !one.otherwise;
        }
        std::vector<Overload>& known = overloads_[name];
        while (std::ranges::any_of(known, [&](const Overload& other) { return other.takes_first_of(own); })) {
            if (own.required == parameters.size()) return false;
            parameters[own.required++].otherwise.reset();
        }
        known.push_back(std::move(own));
        return true;
    }

    struct Overload {
        std::vector<std::string> types;
        size_t required = 0;
        /// Whether the shortest call of `other` is a call of this one.
        bool takes_first_of(const Overload& other) const {
            return required <= other.required && other.required <= types.size() &&
                   std::equal(other.types.begin(), other.types.begin() + static_cast<ptrdiff_t>(other.required),
                              types.begin());
        }
    };
    std::map<std::string, std::vector<Overload>> overloads_;
};

bool is_cpp_function(std::string_view name) {
    if (!name.starts_with("aten::")) return false;
    name.remove_prefix(6);
    return std::islower(static_cast<unsigned char>(name.front())) && !is_cpp_keyword(name) &&
           std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

std::string functions() {
    std::string text(kHeading);
    FunctionWriter writer;
    std::set<std::string> names;
    for (const Operator* op : Registry::instance().all()) {
        if (is_cpp_function(op->name)) names.insert(op->name);
    }
    for (const std::string& name : names) {
        for (const Operator* op : Registry::instance().find(name)) text += writer.write(*op);
    }
    return text + "\n}  // namespace wick\n";
}

}  // namespace
}  // namespace wick::jit

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    wick::write_if_changed(argv[1], wick::jit::functions());
}
