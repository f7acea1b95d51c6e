// Schemas as text, in PyTorch's spelling, and what is asked of them.

#include <algorithm>

#include <wick/support/check.h>
#include <wick/types/schema.h>

namespace wick::jit {
namespace {

/// As PyTorch prints it: characters without a glyph as escapes.
std::string format_string(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        constexpr std::string_view kEscaped = "\\\"\a\b\f\n\r\t\v", kLetters = "\\\"abfnrtv";
        const size_t at = kEscaped.find(c);
        if (at != std::string_view::npos) {
            out += '\\';
            out += kLetters[at];
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            out += fmt::format("\\{:03o}", static_cast<unsigned char>(c));
        } else {
            out += c;
        }
    }
    return out + "\"";
}

std::string format_default(const IValue& value) {
    if (value.is_none()) return "None";
    if (value.is_bool()) return value.to_bool() ? "True" : "False";
    if (value.is_int()) return fmt::format("{}", value.to_int());
    if (value.is_double()) {
        std::string text = fmt::format("{:.17g}", value.to_double());
        return text.find_first_of(".einf") == std::string::npos ? text + "." : text;
    }
    if (value.is_string()) return format_string(value.to_string());
    if (value.is_device()) return "\"" + value.to_device().str() + "\"";
    if (value.is_list()) {
        std::string out = "[";
        for (const IValue& item : value.to_list().items) out += (out.size() > 1 ? ", " : "") + format_default(item);
        return out + "]";
    }
    return "<" + std::string(value.tag_name()) + ">";
}

/// `int[2] padding=0` stands for [0, 0], and is printed so; lists of SymInt are spelled out.
std::string format_default(const Argument& argument) {
    const IValue& value = *argument.default_value;
    if (argument.fixed_length < 2 || !value.is_list() || !argument.written_type.starts_with("int["))
        return format_default(value);
    const std::vector<IValue>& items = value.to_list().items;
    if (items.size() < 2 ||
        !std::all_of(items.begin(), items.end(), [&](const IValue& item) { return item.equals(items[0]); }))
        return format_default(value);
    return format_default(items[0]);
}

std::string format_argument(const Argument& argument) {
    std::string out = argument.written_type.empty() ? argument.type->str() : argument.written_type;
    if (!argument.name.empty()) out += " " + argument.name;
    if (argument.default_value) out += "=" + format_default(argument);
    return out;
}

}  // namespace

std::string Schema::str() const {
    std::string out = operator_name() + "(";
    bool first = true;
    bool star = false;
    auto separate = [&] {
        if (!first) out += ", ";
        first = false;
    };
    for (const Argument& argument : arguments) {
        if (argument.kwarg_only && !star) {
            separate();
            out += "*";
            star = true;
        }
        separate();
        out += format_argument(argument);
    }
    if (is_vararg) {
        separate();
        out += "...";
    }
    out += ") -> ";
    if (is_varret && returns.empty()) return out + "...";
    if (returns.size() == 1 && !is_varret) {
        // Parentheses keep a tuple, or a list of them, apart from a list of results.
        const std::string only = format_argument(returns[0]);
        return out + (only.starts_with('(') ? "(" + only + ")" : only);
    }
    out += "(";
    for (size_t i = 0; i < returns.size(); ++i) out += (i ? ", " : "") + format_argument(returns[i]);
    if (is_varret) out += ", ...";
    return out + ")";
}

int64_t Schema::find_argument(std::string_view wanted) const {
    for (size_t i = 0; i < arguments.size(); ++i) {
        if (arguments[i].name == wanted) return static_cast<int64_t>(i);
    }
    return -1;
}

bool Schema::is_mutable() const {
    for (const Argument& argument : arguments) {
        if (!argument.alias) continue;
        if (argument.alias->is_write) return true;
        for (const AliasInfo& inner : argument.alias->contained) {
            if (inner.is_write) return true;
        }
    }
    return false;
}

}  // namespace wick::jit
