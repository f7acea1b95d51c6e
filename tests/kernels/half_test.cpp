// 16-bit conversions of arrays, over all values and over all instruction sets.
#include "kernels/half.h"

#include <bit>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <vector>

#include "kernels/simd.h"
#include "targets.h"

namespace wick::kernels {
namespace {

using HalfTest = TargetTest;

/// By the definition of the format: sign, exponent, mantissa.
double value_of(Half h) {
    const int exponent = (h.bits >> 10) & 31, mantissa = h.bits & 1023;
    const double sign = h.bits & 0x8000 ? -1 : 1;
    if (exponent == 31) return mantissa ? NAN : sign * INFINITY;
    return sign * (exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25));
}
double value_of(BFloat16 h) { return std::bit_cast<float>(uint32_t{h.bits} << 16); }

template <class T>
T of_bits(uint16_t bits) {
    T value;
    value.bits = bits;
    return value;
}

template <class T>
void check_every_value() {
    std::vector<T> all(65536), back(65536);
    std::vector<float> wide(65536);
    for (size_t i = 0; i < all.size(); ++i) all[i].bits = static_cast<uint16_t>(i);
    widen(all.data(), wide.data(), 65536);
    narrow(wide.data(), back.data(), 65536);
    for (size_t i = 0; i < all.size(); ++i) {
        const double want = value_of(all[i]);
        // The array, and one value alone.
        if (std::isnan(want)) {
            ASSERT_TRUE(std::isnan(wide[i]) && std::isnan(value_of(back[i]))) << i;
            ASSERT_TRUE(std::isnan(static_cast<float>(all[i]))) << i;
        } else {
            ASSERT_EQ(wide[i], want) << i;
            ASSERT_EQ(back[i].bits, all[i].bits) << i;
            ASSERT_EQ(static_cast<float>(all[i]), want) << i;
        }
    }
}

TEST_P(HalfTest, EveryValueThereAndBack) {
    check_every_value<Half>();
    check_every_value<BFloat16>();
}

template <class T>
void check_rounding() {
    // Between two neighbours: below, at and above the middle. 17 copies reach vector and tail code alike.
    for (uint16_t low : {0x0000, 0x0001, 0x03ff, 0x0400, 0x3c00, 0x3c01, 0x7bfe}) {
        const T pair[] = {of_bits<T>(low), of_bits<T>(static_cast<uint16_t>(low + 1))};
        float ends[2];
        widen(pair, ends, 2);
        const float middle = ends[0] + (ends[1] - ends[0]) / 2;
        const float in[] = {std::nextafter(middle, -1e38f), middle, std::nextafter(middle, 1e38f)};
        const T want[] = {pair[0], low & 1 ? pair[1] : pair[0], pair[1]};
        for (int i = 0; i < 3; ++i) {
            const std::vector<float> many(17, in[i]);
            T got[17];
            narrow(many.data(), got, 17);
            EXPECT_EQ(got[0].bits, want[i].bits) << low << " " << i;
            EXPECT_EQ(got[16].bits, want[i].bits) << low << " " << i;
        }
    }
}

TEST_P(HalfTest, RoundsToNearestEven) {
    check_rounding<Half>();
    check_rounding<BFloat16>();
}

/// Bits that PyTorch 2.13 gives: NaN becomes quiet and keeps its upper bits, in the tail of an array too.
TEST_P(HalfTest, NotANumberKeepsItsBits) {
    const std::pair<uint32_t, uint16_t> cases[] = {
        {0x7f800001, 0x7e00}, {0x7fc00001, 0x7e00}, {0xffc12345, 0xfe09}, {0x7fffffff, 0x7fff}, {0x7f8fffff, 0x7e7f}};
    for (const auto& [bits, want] : cases) {
        const std::vector<float> many(17, std::bit_cast<float>(bits));
        Half got[17];
        narrow(many.data(), got, 17);
        EXPECT_EQ(got[0].bits, want);
        EXPECT_EQ(got[16].bits, want);
    }
}

TEST_P(HalfTest, TooLargeIsInfinite) {
    const std::vector<float> large(17, std::numeric_limits<float>::max());
    Half got[17];
    narrow(large.data(), got, 17);
    EXPECT_EQ(got[0].bits, 0x7c00);
    EXPECT_EQ(got[16].bits, 0x7c00);
}

INSTANTIATE_TEST_SUITE_P(Targets, HalfTest, testing::ValuesIn(target_parameters()), target_name);

}  // namespace
}  // namespace wick::kernels
