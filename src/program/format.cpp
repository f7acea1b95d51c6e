#include "program/format.h"

#include <cctype>
#include <cmath>
#include <fmt/format.h>

#include "program/session.h"

namespace wick::jit {

namespace {

/// [[fill]align][sign][#][0][width][grouping][.precision][type]
struct Spec {
    std::string fill = " ";
    char align = 0;
    char sign = '-';
    bool alternate = false;
    int width = 0;
    char grouping = 0;
    int precision = -1;
    char type = 0;
};

Spec parse_spec(std::string_view text) {
    Spec spec;
    const auto is_align = [](char c) { return c == '<' || c == '>' || c == '^' || c == '='; };
    const auto number = [&] {
        int value = 0;
        while (!text.empty() && std::isdigit(static_cast<unsigned char>(text[0])) && value < 100'000) {
            value = value * 10 + (text[0] - '0');
            text.remove_prefix(1);
        }
        return value;
    };
    if (text.size() >= 2 && is_align(text[1])) {
        spec.fill = std::string(1, text[0]);
        spec.align = text[1];
        text.remove_prefix(2);
    } else if (!text.empty() && is_align(text[0])) {
        spec.align = text[0];
        text.remove_prefix(1);
    }
    if (!text.empty() && (text[0] == '+' || text[0] == '-' || text[0] == ' ')) {
        spec.sign = text[0];
        text.remove_prefix(1);
    }
    if (!text.empty() && text[0] == '#') {
        spec.alternate = true;
        text.remove_prefix(1);
    }
    if (!text.empty() && text[0] == '0') {
        if (!spec.align) {
            spec.align = '=';
            spec.fill = "0";
        }
        text.remove_prefix(1);
    }
    spec.width = number();
    if (!text.empty() && (text[0] == ',' || text[0] == '_')) {
        spec.grouping = text[0];
        text.remove_prefix(1);
    }
    if (!text.empty() && text[0] == '.') {
        text.remove_prefix(1);
        spec.precision = number();
    }
    if (!text.empty()) {
        spec.type = text[0];
        text.remove_prefix(1);
    }
    if (!text.empty()) raise("ValueError", "Invalid format specifier");
    return spec;
}

std::string grouped(const std::string& digits, char separator) {
    const size_t whole = std::min(digits.find_first_not_of("0123456789"), digits.size());
    std::string out;
    for (size_t i = 0; i < whole; ++i) {
        if (i && (whole - i) % 3 == 0) out += separator;
        out += digits[i];
    }
    return out + digits.substr(whole);
}

std::string padded(const std::string& sign, const std::string& body, const Spec& spec, char align) {
    const size_t size = sign.size() + body.size();
    if (spec.width <= static_cast<int>(size)) return sign + body;
    const size_t room = spec.width - size;
    const auto fill = [&](size_t times) {
        std::string out;
        for (size_t i = 0; i < times; ++i) out += spec.fill;
        return out;
    };
    switch (align) {
        case '<':
            return sign + body + fill(room);
        case '^':
            return fill(room / 2) + sign + body + fill(room - room / 2);
        case '=':
            return sign + fill(room) + body;
        default:
            return fill(room) + sign + body;
    }
}

std::string format_number(const IValue& value, Spec spec) {
    std::string body;
    bool negative = false;
    const bool as_float =
        value.is_double() || (spec.type && std::string_view("eEfFgG%").find(spec.type) != std::string_view::npos);
    if (as_float) {
        double number = value.to_scalar().to_double();
        negative = std::signbit(number);
        number = std::fabs(number);
        const int precision = spec.precision < 0 ? 6 : spec.precision;
        switch (spec.type) {
            case 'f':
            case 'F':
                body = fmt::format("{:.{}f}", number, precision);
                break;
            case 'e':
                body = fmt::format("{:.{}e}", number, precision);
                break;
            case 'E':
                body = fmt::format("{:.{}E}", number, precision);
                break;
            case 'g':
                body = fmt::format("{:.{}g}", number, precision);
                break;
            case '%':
                body = fmt::format("{:.{}f}%", number * 100, precision);
                break;
            default:
                body = spec.precision < 0 ? fmt::format("{}", number) : fmt::format("{:.{}g}", number, spec.precision);
                if (body.find_first_not_of("0123456789") == body.npos) body += ".0";
        }
    } else {
        const int64_t number = value.to_scalar().to_int();
        negative = number < 0;
        const uint64_t size = negative ? -static_cast<uint64_t>(number) : static_cast<uint64_t>(number);
        switch (spec.type) {
            case 'x':
                body = fmt::format("{}{:x}", spec.alternate ? "0x" : "", size);
                break;
            case 'X':
                body = fmt::format("{}{:X}", spec.alternate ? "0X" : "", size);
                break;
            case 'b':
                body = fmt::format("{}{:b}", spec.alternate ? "0b" : "", size);
                break;
            case 'o':
                body = fmt::format("{:o}", size);
                break;
            case 0:
            case 'd':
            case 'n':
                body = fmt::format("{}", size);
                break;
            default:
                raise("ValueError", fmt::format("Unknown format code '{}' for object of type 'int'", spec.type));
        }
    }
    if (spec.grouping) body = grouped(body, spec.grouping);
    const std::string sign = negative ? "-" : spec.sign == '-' ? "" : std::string(1, spec.sign);
    return padded(sign, body, spec, spec.align ? spec.align : '>');
}

}  // namespace

std::string format_value(Session& session, const IValue& value, std::string_view text) {
    if (text.empty()) return session.str(value);
    const Spec spec = parse_spec(text);
    if (value.is_tensor() && value.to_tensor().dim() == 0) {
        const Scalar item = value.to_tensor().item();
        return format_number(IValue(item), spec);
    }
    if (value.is_int() || value.is_double() || (value.is_bool() && spec.type && spec.type != 's'))
        return format_number(value, spec);
    if (spec.type && spec.type != 's')
        raise("ValueError",
              fmt::format("Unknown format code '{}' for object of type '{}'", spec.type, session.type_name(value)));
    std::string body = session.str(value);
    if (spec.precision >= 0) body = body.substr(0, spec.precision);
    return padded("", body, spec, spec.align ? spec.align : '<');
}

std::string str_format(Session& session, const std::string& format, const Arguments& arguments) {
    std::string out;
    size_t next = 0;
    for (size_t i = 0; i < format.size(); ++i) {
        const char c = format[i];
        if ((c == '{' || c == '}') && i + 1 < format.size() && format[i + 1] == c) {
            out += format[i++];
            continue;
        }
        if (c == '}') raise("ValueError", "Single '}' encountered in format string");
        if (c != '{') {
            out += c;
            continue;
        }
        const size_t end = format.find('}', i);
        if (end == format.npos) raise("ValueError", "expected '}' before end of string");
        std::string field = format.substr(i + 1, end - i - 1);
        i = end;
        std::string spec;
        if (const size_t colon = field.find(':'); colon != field.npos) {
            spec = field.substr(colon + 1);
            field.resize(colon);
        }
        const bool as_repr = field.ends_with("!r");
        if (as_repr) field.resize(field.size() - 2);
        const IValue* value = nullptr;
        if (field.empty() || std::isdigit(static_cast<unsigned char>(field[0]))) {
            const size_t position = field.empty() ? next++ : std::stoul(field.substr(0, 6));
            if (position >= arguments.positional.size())
                raise("IndexError",
                      fmt::format("Replacement index {} out of range for positional args tuple", position));
            value = &arguments.positional[position];
        } else {
            value = arguments.keyword(field);
            if (!value) raise("KeyError", "'" + field + "'");
        }
        out += format_value(session, as_repr ? IValue(session.repr(*value)) : *value, spec);
    }
    return out;
}

std::string percent_format(Session& session, const std::string& format, const IValue& values) {
    const std::vector<IValue> given = values.is_tuple() ? values.to_tuple().elements : std::vector<IValue>{values};
    std::string out;
    size_t next = 0;
    for (size_t i = 0; i < format.size(); ++i) {
        if (format[i] != '%') {
            out += format[i];
            continue;
        }
        size_t end = i + 1;
        while (end < format.size() && std::string_view("+- #0123456789.").find(format[end]) != std::string_view::npos)
            ++end;
        if (end == format.size()) raise("ValueError", "incomplete format");
        std::string spec = format.substr(i + 1, end - i - 1);
        const char type = format[end];
        i = end;
        if (type == '%') {
            out += '%';
            continue;
        }
        if (next == given.size()) raise("TypeError", "not enough arguments for format string");
        const IValue& value = given[next++];
        const bool left = spec.starts_with("-");
        if (left) spec = "<" + spec.substr(1);
        switch (type) {
            case 's':
                out += format_value(session, IValue(session.str(value)),
                                    left           ? spec
                                    : spec.empty() ? spec
                                                   : ">" + spec);
                break;
            case 'r':
                out += format_value(session, IValue(session.repr(value)), spec);
                break;
            case 'd':
            case 'i':
                out += format_value(
                    session, value.is_double() ? IValue(static_cast<int64_t>(value.to_double())) : value, spec + "d");
                break;
            default:
                out += format_value(session, value, spec + type);
        }
    }
    if (next < given.size()) raise("TypeError", "not all arguments converted during string formatting");
    return out;
}

}  // namespace wick::jit
