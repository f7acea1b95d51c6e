// str(), print(), "{}".format() and "%d" % x.

#include <vector>

#include "ops/builtins.h"
#include "ops/families.h"
#include "ops/print_value.h"
#include "ops/script_output.h"

namespace wick::jit {
namespace {

/// "{}" is replaced by the arguments in turn; there are no other fields.
std::string format_braces(Args args) {
    const std::string& text = args[0].to_string();
    std::string result;
    size_t from = 0;
    for (size_t i = 1;; ++i) {
        const size_t at = text.find("{}", from);
        if (at == std::string::npos) return result.append(text, from);
        WICK_CHECK(i < args.size(), "Too few arguments for format string: {}", text);
        result.append(text, from, at - from).append(script_str(args[i]));
        from = at + 2;
    }
}

double number_for(char specifier, const IValue& value) {
    WICK_CHECK(value.is_scalar(), "%{} requires a number for formatting, but got {}", specifier, value.tag_name());
    return value.to_scalar().to_double();
}

std::string format_one(char specifier, const IValue& value) {
    switch (specifier) {
        case 'd':
        case 'i':
            return value.is_int() ? fmt::format("{}", value.to_int())
                                  : fmt::format("{:.0f}", std::trunc(number_for(specifier, value)));
        case 'e':
            return fmt::format("{:e}", number_for(specifier, value));
        case 'E':
            return fmt::format("{:E}", number_for(specifier, value));
        case 'f':
        case 'F':
            return fmt::format("{:f}", number_for(specifier, value));
        case 'c':
            WICK_CHECK(value.is_int() || (value.is_string() && value.to_string().size() == 1),
                       "%{} requires an int or char for formatting, but got {}", specifier, value.tag_name());
            return value.is_int() ? std::string(1, static_cast<char>(value.to_int())) : value.to_string();
        case 's':
            return script_str(value);
        default:
            throw OpError(fmt::format("The specifier %{} is not supported in TorchScript format strings", specifier));
    }
}

/// The values are the other arguments, or the members of one tuple.
std::string format_percent(Args args) {
    const std::string& text = args[0].to_string();
    std::vector<IValue> values;
    for (size_t i = 1; i < args.size(); ++i) values.push_back(args[i]);
    if (values.size() == 1 && values[0].is_tuple()) values = std::vector<IValue>(values[0].to_tuple().elements);
    std::string result;
    size_t used = 0;
    for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            result += text[i];
            continue;
        }
        WICK_CHECK(++i < text.size(), "Incomplete format specifier");
        if (text[i] == '%') {
            result += '%';
            continue;
        }
        WICK_CHECK(used < values.size(), "Too few arguments for format string");
        result += format_one(text[i], values[used++]);
    }
    WICK_CHECK(used == values.size(), "Too many arguments for format string");
    return result;
}

}  // namespace

void register_builtins_format(Registry& ops) {
    ops.add("aten::str(t elem) -> str").kernel([](const IValue& value) { return script_str(value); });
    ops.add("aten::format(str self, ...) -> str").boxed([](const Operator&, const void*, Args args, IValue* results) {
        results[0] = format_braces(args);
    });
    ops.add("aten::percentFormat(str self, ...) -> str")
        .boxed([](const Operator&, const void*, Args args, IValue* results) { results[0] = format_percent(args); });
    ops.add("prim::Print(...) -> ()")
        .boxed([](const Operator&, const void*, Args args, IValue*) {
            std::string line;
            for (size_t i = 0; i < args.size(); ++i) line.append(i > 0 ? " " : "").append(script_str(args[i]));
            script_print(line += '\n');
        })
        .side_effects();
    ops.add("aten::_print(str s) -> ()")
        .kernel([](std::string_view s) { script_print(std::string(s) + '\n'); })
        .side_effects();
    ops.add("aten::warn(str message, int stacklevel=2) -> ()")
        .kernel([](std::string_view message, int64_t) { script_warn(fmt::format("Warning: {}\n", message)); })
        .side_effects();
}

}  // namespace wick::jit
