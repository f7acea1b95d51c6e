#include "ops/print_value.h"

#include <cmath>

#include <wick/support/check.h>
#include <wick/support/memory_meter.h>
#include <wick/support/stop_check.h>

#include "ops/print_tensor_script.h"

namespace wick::jit {
namespace {

/// Containers nested deeper (a list can hold itself) show as "...".
constexpr int kMaxDepth = 100;

std::string script_float(double value) {
    if (std::isfinite(value) && std::abs(value) < 0x1p63 && value == std::trunc(value))
        return fmt::format("{}.", static_cast<int64_t>(value));
    return fmt::format("{:.17g}", value);
}

/// What the two forms write differently; the containers around are the same.
struct ScriptForm {
    static std::string of_string(const std::string& s) { return s; }
    static std::string of_float(double value) { return script_float(value); }
    static std::string of_complex(std::complex<double> z) {
        const std::string imag = script_float(z.imag());
        return script_float(z.real()) + (imag[0] == '-' ? "" : "+") + imag + "j";
    }
    static std::string of_tensor(const Tensor& tensor) { return script_tensor_str(tensor); }
    static std::string of_device(Device device) { return device.str(); }
    static std::string of_enum(const EnumObject& value) {
        const std::string& name = value.type->expect<EnumType>().name();
        return fmt::format("Enum<{}.{}>", name.substr(name.rfind('.') + 1), value.name());
    }
    static constexpr bool kNamesFields = false;
};

struct PythonForm {
    static std::string of_string(const std::string& s) { return string_repr(s); }
    static std::string of_float(double value) { return float_repr(value); }
    static std::string of_complex(std::complex<double> z) {
        const auto part = [](double x) {
            const std::string text = float_repr(x);
            return text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
        };
        const std::string imag = part(z.imag());
        if (z.real() == 0 && !std::signbit(z.real())) return imag + "j";
        return fmt::format("({}{}{}j)", part(z.real()), imag[0] == '-' ? "" : "+", imag);
    }
    static std::string of_tensor(const Tensor& tensor) { return tensor_repr(tensor); }
    static std::string of_device(Device device) {
        const std::string text = device.str();
        const std::string type = text.substr(0, text.find(':'));
        return device.index < 0 ? fmt::format("device(type='{}')", type)
                                : fmt::format("device(type='{}', index={})", type, device.index);
    }
    static std::string of_enum(const EnumObject& value) {
        const std::string& name = value.type->expect<EnumType>().name();
        return fmt::format("<{}.{}: {}>", name.substr(name.rfind('.') + 1), value.name(), python_repr(value.value()));
    }
    static constexpr bool kNamesFields = true;
};

template <class Form>
std::string print(const IValue& value, int depth);

template <class Form>
std::string print_all(const std::vector<IValue>& items, int depth) {
    std::string text;
    for (size_t i = 0; i < items.size(); ++i) {
        // The text of values that share their parts is far longer than the values.
        check_stop();
        text.append(i > 0 ? ", " : "").append(print<Form>(items[i], depth));
        check_memory(static_cast<int64_t>(text.size()));
    }
    return text;
}

template <class Form>
std::string print_tuple(const TupleObject& tuple, int depth) {
    if (Form::kNamesFields && tuple.named_type) {
        const auto& type = tuple.named_type->expect<TupleType>();
        std::string text = type.name().substr(type.name().rfind('.') + 1) + "(";
        for (size_t i = 0; i < tuple.elements.size(); ++i)
            text +=
                fmt::format("{}{}={}", i > 0 ? ", " : "", type.field_names()[i], print<Form>(tuple.elements[i], depth));
        return text + ")";
    }
    return fmt::format("({}{})", print_all<Form>(tuple.elements, depth), tuple.elements.size() == 1 ? "," : "");
}

template <class Form>
std::string print(const IValue& value, int depth) {
    if (depth > kMaxDepth) return "...";
    switch (value.tag()) {
        case IValue::Tag::None:
            return "None";
        case IValue::Tag::Bool:
            return value.to_bool() ? "True" : "False";
        case IValue::Tag::Int:
            return std::to_string(value.to_int());
        case IValue::Tag::Double:
            return Form::of_float(value.to_double());
        case IValue::Tag::Complex:
            return Form::of_complex(value.to_complex());
        case IValue::Tag::Device:
            return Form::of_device(value.to_device());
        case IValue::Tag::Tensor:
            return Form::of_tensor(value.tensor_ref());
        case IValue::Tag::String:
            return Form::of_string(value.to_string());
        case IValue::Tag::List:
            return "[" + print_all<Form>(snapshot(value.to_list())->items, depth + 1) + "]";
        case IValue::Tag::Tuple:
            return print_tuple<Form>(value.to_tuple(), depth + 1);
        case IValue::Tag::Dict: {
            std::string text = "{";
            const auto dict = snapshot(value.to_dict());
            for (const DictObject::Entry& entry : dict->entries()) {
                if (!entry.alive) continue;
                if (text.size() > 1) text += ", ";
                text += print<Form>(entry.key, depth + 1) + ": " + print<Form>(entry.value, depth + 1);
            }
            return text + "}";
        }
        case IValue::Tag::Object:
            return fmt::format("<{} object>", value.to_object().type->name());
        case IValue::Tag::Enum:
            return Form::of_enum(value.to_enum());
        case IValue::Tag::Future:
            return "Future";
        case IValue::Tag::Await:
            return "Await";
        case IValue::Tag::Function:
            return "Function";
        case IValue::Tag::Capsule:
            return value.type()->is(TypeKind::RRef) ? "RRef" : "Capsule";
    }
    __builtin_unreachable();
}

}  // namespace

std::string script_str(const IValue& value) { return print<ScriptForm>(value, 0); }
std::string python_repr(const IValue& value) { return print<PythonForm>(value, 0); }

std::string python_str(const IValue& value) {
    if (value.is_string()) return value.to_string();
    if (value.is_device()) return value.to_device().str();
    return python_repr(value);
}

std::string float_repr(double value) {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
    // {fmt} writes the shortest digits and turns to an exponent where Python does (below 1e-4, from 1e16 on).
    const std::string text = fmt::format("{}", value);
    return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

std::string string_repr(std::string_view text) {
    const char quote = text.find('\'') != text.npos && text.find('"') == text.npos ? '"' : '\'';
    std::string out(1, quote);
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == quote || c == '\\')
            out.append({'\\', c});
        else if (c == '\n')
            out += "\\n";
        else if (c == '\r')
            out += "\\r";
        else if (c == '\t')
            out += "\\t";
        else if (byte < 0x20 || byte == 0x7f)
            out += fmt::format("\\x{:02x}", byte);
        else
            out += c;
    }
    return out + quote;
}

}  // namespace wick::jit
