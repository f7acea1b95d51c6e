#include "frontend/literal.h"

#include <charconv>
#include <complex>
#include <limits>

namespace wick::jit {

namespace {

std::optional<IValue> parse_integer(const std::string& digits, int base) {
    uint64_t value = 0;
    const char* end = digits.data() + digits.size();
    const auto result = std::from_chars(digits.data(), end, value, base);
    if (digits.empty() || result.ec != std::errc() || result.ptr != end) return std::nullopt;
    // 2^63 is let through for -9223372036854775808, which is a negated literal.
    if (value > uint64_t(std::numeric_limits<int64_t>::max()) + 1) return std::nullopt;
    return IValue(static_cast<int64_t>(value));
}

void append_utf8(std::string& out, uint32_t code) {
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xc0 | code >> 6);
        out += static_cast<char>(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        out += static_cast<char>(0xe0 | code >> 12);
        out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
        out += static_cast<char>(0x80 | (code & 0x3f));
    } else {
        out += static_cast<char>(0xf0 | code >> 18);
        out += static_cast<char>(0x80 | (code >> 12 & 0x3f));
        out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
        out += static_cast<char>(0x80 | (code & 0x3f));
    }
}

// Value of exactly `count` hexadecimal digits at `at`.
std::optional<uint32_t> hex_digits(std::string_view text, size_t at, size_t count) {
    if (at + count > text.size()) return std::nullopt;
    uint32_t value = 0;
    const auto result = std::from_chars(text.data() + at, text.data() + at + count, value, 16);
    if (result.ec != std::errc() || result.ptr != text.data() + at + count) return std::nullopt;
    return value;
}

}  // namespace

std::optional<IValue> parse_number(std::string_view text) {
    std::string digits;
    for (char c : text) {
        if (c != '_') digits += c;
    }
    if (digits.size() > 2 && digits[0] == '0') {
        const char prefix = digits[1] | 0x20;
        const int base = prefix == 'x' ? 16 : prefix == 'o' ? 8 : prefix == 'b' ? 2 : 0;
        if (base) return parse_integer(digits.substr(2), base);
    }
    if (digits.find_first_not_of("0123456789") == digits.npos) return parse_integer(digits, 10);

    const bool imaginary = (digits.back() | 0x20) == 'j';
    if (imaginary) digits.pop_back();
    double value = 0;
    const char* end = digits.data() + digits.size();
    const auto result = std::from_chars(digits.data(), end, value);
    if (result.ptr != end || digits.empty()) return std::nullopt;
    // Out of range: Python reads 1e400 as inf and 1e-400 as 0.
    if (result.ec == std::errc::result_out_of_range) {
        value = digits.find("e-") != digits.npos || digits.find("E-") != digits.npos
                    ? 0.0
                    : std::numeric_limits<double>::infinity();
    } else if (result.ec != std::errc()) {
        return std::nullopt;
    }
    return imaginary ? IValue(std::complex<double>(0, value)) : IValue(value);
}

std::optional<std::string> unescape(std::string_view body) {
    static constexpr std::string_view kNames = "abfnrtv\\'\"";
    static constexpr std::string_view kBytes = "\a\b\f\n\r\t\v\\'\"";
    std::string out;
    out.reserve(body.size());
    for (size_t i = 0; i < body.size(); ++i) {
        if (body[i] != '\\') {
            out += body[i];
            continue;
        }
        if (++i == body.size()) return std::nullopt;
        const char c = body[i];
        if (const size_t known = kNames.find(c); known != kNames.npos) {
            out += kBytes[known];
        } else if (c == '\n') {
        } else if (c == '\r' && i + 1 < body.size() && body[i + 1] == '\n') {
            ++i;
        } else if (c >= '0' && c <= '7') {
            int value = 0;
            size_t digits = 0;
            for (; digits < 3 && i + digits < body.size() && body[i + digits] >= '0' && body[i + digits] <= '7';
                 ++digits) {
                value = value * 8 + (body[i + digits] - '0');
            }
            i += digits - 1;
            out += static_cast<char>(value);
        } else if (c == 'x' || c == 'u' || c == 'U') {
            const size_t count = c == 'x' ? 2 : c == 'u' ? 4 : 8;
            const auto code = hex_digits(body, i + 1, count);
            if (!code || *code > 0x10ffff) return std::nullopt;
            i += count;
            // \x is a byte of the string, as PyTorch writes non-ASCII text into archives.
            if (c == 'x') {
                out += static_cast<char>(*code);
            } else {
                append_utf8(out, *code);
            }
        } else {
            out += '\\';
            out += c;
        }
    }
    return out;
}

}  // namespace wick::jit
