#include "frontend/literal.h"

#include <cmath>
#include <complex>
#include <gtest/gtest.h>
#include <limits>

namespace wick::jit {
namespace {

TEST(Literal, ReadsIntegersOfEveryBase) {
    EXPECT_EQ(parse_number("0x1F")->to_int(), 31);
    EXPECT_EQ(parse_number("0o17")->to_int(), 15);
    EXPECT_EQ(parse_number("0b101")->to_int(), 5);
    EXPECT_EQ(parse_number("1_000_000")->to_int(), 1000000);
    EXPECT_EQ(parse_number("9223372036854775807")->to_int(), std::numeric_limits<int64_t>::max());
    EXPECT_FALSE(parse_number("9223372036854775809"));
    EXPECT_FALSE(parse_number("0x"));
    EXPECT_FALSE(parse_number("0b12"));
}

TEST(Literal, ReadsFloatsAndComplexNumbers) {
    EXPECT_EQ(parse_number("1.")->to_double(), 1.0);
    EXPECT_EQ(parse_number(".5")->to_double(), 0.5);
    EXPECT_EQ(parse_number("1.0000000000000001e-05")->to_double(), 1e-5);
    EXPECT_TRUE(std::isinf(parse_number("1e400")->to_double()));
    EXPECT_EQ(parse_number("1e-400")->to_double(), 0.0);
    EXPECT_EQ(parse_number("2.5j")->to_complex(), std::complex<double>(0, 2.5));
}

TEST(Literal, Unescapes) {
    EXPECT_EQ(*unescape("a\\n\\t\\\\\\'\\\""), "a\n\t\\'\"");
    EXPECT_EQ(*unescape("\\x41\\101\\0"), std::string("AA\0", 3));
    EXPECT_EQ(*unescape("\\u00e9\\U0001f600"), "\xc3\xa9\xf0\x9f\x98\x80");
    EXPECT_EQ(*unescape("a\\\nb"), "ab");
    EXPECT_EQ(*unescape("\\d"), "\\d");
    EXPECT_FALSE(unescape("\\x4"));
    EXPECT_FALSE(unescape("\\"));
}

}  // namespace
}  // namespace wick::jit
