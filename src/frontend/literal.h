#pragma once
// Values of literals in source text.

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include <wick/types/ivalue.h>

namespace wick::jit {

/// A number literal as the lexer delimits it: int of any base, float, or complex with j; underscores allowed. Nothing
/// when it is malformed or an int does not fit in 64 bits.
std::optional<IValue> parse_number(std::string_view text);
/// -2^63, which parse_number gives for the digits of 2^63: that they fit, a minus has to stand before them.
inline bool is_smallest_int(const std::optional<IValue>& number) {
    return number && number->is_int() && number->to_int() == std::numeric_limits<int64_t>::min();
}

/// Replaces Python's escapes (\n, \x41, \101, \u00e9, \U0001f600, joined lines); unknown escapes stay as written. Bytes
/// of \u and \U are UTF-8. Nothing when an escape is incomplete.
std::optional<std::string> unescape(std::string_view body);

}  // namespace wick::jit
