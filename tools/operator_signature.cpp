#include "operator_signature.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <set>

#include "generated_file.h"

namespace wick::jit {
namespace {

std::string cpp_name(const std::string& name) { return is_cpp_keyword(name) ? name + "_" : name; }

/// The type of a plain argument, "" when it has none in C++.
std::string plain_type(const Type& type, const std::string& written) {
    switch (type.kind()) {
        case TypeKind::Tensor:
            return "const Tensor&";
        case TypeKind::Number:
            return "const Scalar&";
        case TypeKind::Int:
            return written == "ScalarType" ? "DType" : written == "MemoryFormat" ? "MemoryFormat" : "int64_t";
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
    if (type.find("MemoryFormat") != type.npos) return fmt::format("MemoryFormat({})", value.to_int());
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

bool is_generator(const Argument& argument) {
    return argument.type->is(TypeKind::Optional) && argument.type->contained(0)->is(TypeKind::Generator);
}

class SignatureMaker {
 public:
    explicit SignatureMaker(Generators generators) : generators_(generators) {}

    /// Nothing when C++ has no form for it.
    std::optional<Signature> make(const Operator& op) {
        const Schema& schema = op.schema();
        Signature made;
        made.op = &op;
        made.name = op.name.substr(op.name.find("::") + 2) + (op.is_out_variant ? "_out" : "");
        made.result = result_type(schema);
        const bool has_options = std::ranges::any_of(
            schema.arguments, [](const Argument& one) { return one.kwarg_only && one.name == "pin_memory"; });
        if (made.result.empty() || schema.is_vararg || schema.is_varret || schema.arguments.empty()) return {};
        if (!concerns_tensors(schema)) return {};
        std::vector<Parameter> outputs;
        bool gives_options = false;
        for (const Argument& argument : schema.arguments) {
            std::string value = "std::nullopt";
            if (has_options && is_option(argument)) {
                if (!gives_options) made.parameters.push_back({"const TensorOptions&", "options", "", "{}"});
                gives_options = true;
                if (argument.name == "dtype") value = dtype_of_options(argument);
                if (argument.name == "device") value = "options.device()";
                if (argument.name == "layout")
                    value = "options.layout() ? std::optional(static_cast<int64_t>(*options.layout())) : std::nullopt";
            } else if (is_generator(argument)) {
                if (generators_ == Generators::given) {
                    const bool has_default = argument.default_value.has_value();
                    made.parameters.push_back({"const Generator&", argument.name, argument.name,
                                               has_default ? std::optional<std::string>("{}") : std::nullopt});
                    value = argument.name;
                }
            } else {
                std::optional<Parameter> taken = parameter(argument);
                if (!taken) return {};
                value = taken->value;
                (argument.is_out ? outputs : made.parameters).push_back(*taken);
            }
            made.values.push_back(std::move(value));
        }
        made.parameters.insert(made.parameters.begin(), outputs.begin(), outputs.end());
        made.makes_by_options = gives_options && made.result == "Tensor";
        for (size_t i = 0; !op.is_out_variant && i < made.parameters.size(); ++i) {
            const Parameter& one = made.parameters[i];
            if (one.name == "self" && one.type == "const Tensor&") made.self = i;
        }
        forget_defaults_in_the_middle(made.parameters);
        if (!tell_apart(made.name, made.parameters)) return {};
        return made;
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
    const Generators generators_;
    std::map<std::string, std::vector<Overload>> overloads_;
};

/// Programs' own ways to call an operator ("aten::to.prim_dtype") have doubles; numbers become tensors by
/// wick/ops/tensor_literal.h.
bool is_for_cpp(const Operator& op) {
    std::string_view name = op.name;
    if (!name.starts_with("aten::") || name == "aten::tensor" || op.overload.starts_with("prim_")) return false;
    name.remove_prefix(6);
    return std::islower(static_cast<unsigned char>(name.front())) && !is_cpp_keyword(name) &&
           std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

}  // namespace

std::string Signature::formal(bool with_defaults, std::optional<size_t> but) const {
    std::string text;
    for (size_t i = 0; i < parameters.size(); ++i) {
        const Parameter& one = parameters[i];
        if (i == but) continue;
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", one.type, one.name);
        if (with_defaults && one.otherwise) text += " = " + *one.otherwise;
    }
    return text;
}

std::string Signature::lookup() const {
    return fmt::format("static const OperatorHandle op(\"{}\");", op->operator_name());
}

std::string Signature::call(std::string_view self) const {
    std::string given = makes_by_options ? "options" : "";
    for (const std::string& value : values) {
        if (!given.empty()) given += ", ";
        given += value == "self" ? self : value;
    }
    return makes_by_options ? fmt::format("op.make({})", given) : fmt::format("op.call<{}>({})", result, given);
}

std::vector<Signature> operator_signatures(Generators generators) {
    std::set<std::string> names;
    for (const Operator* op : Registry::instance().all())
        if (is_for_cpp(*op)) names.insert(op->name);
    SignatureMaker maker(generators);
    std::vector<Signature> all;
    for (const std::string& name : names) {
        for (const Operator* op : Registry::instance().find(name))
            if (is_for_cpp(*op))
                if (std::optional<Signature> one = maker.make(*op)) all.push_back(std::move(*one));
    }
    return all;
}

}  // namespace wick::jit
