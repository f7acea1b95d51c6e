// 16-bit conversions over all values, and products of the types that compute in another or have no tuned kernel.
#include "kernels/half.h"

#include <bit>
#include <gtest/gtest.h>

#include "kernels/plain_gemm.h"
#include "kernels/simd.h"
#include "reference.h"
#include "targets.h"

namespace wick::kernels {
namespace {

using HalfTest = TargetTest;

double f16_reference(uint16_t h) {
    const int exponent = (h >> 10) & 31, mantissa = h & 1023;
    const double sign = h & 0x8000 ? -1 : 1;
    if (exponent == 31) return mantissa ? NAN : sign * INFINITY;
    return sign * (exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25));
}

TEST_P(HalfTest, EveryValueThereAndBack) {
    std::vector<uint16_t> all(65536), back(65536);
    std::vector<float> wide(65536);
    for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<uint16_t>(i);
    for (Half kind : {Half::Float16, Half::BFloat16}) {
        half_to_float(kind, all.data(), wide.data(), 65536);
        float_to_half(kind, wide.data(), back.data(), 65536);
        for (size_t i = 0; i < all.size(); ++i) {
            const double want =
                kind == Half::Float16 ? f16_reference(all[i]) : double(std::bit_cast<float>(uint32_t(i) << 16));
            if (std::isnan(want)) {
                float again;
                half_to_float(kind, &back[i], &again, 1);
                ASSERT_TRUE(std::isnan(wide[i]) && std::isnan(again)) << i;
            } else {
                ASSERT_EQ(wide[i], want) << i;
                ASSERT_EQ(back[i], all[i]) << i;
            }
        }
    }
}

TEST_P(HalfTest, RoundsToNearestEven) {
    // Between two neighbours: below, at and above the middle. 17 copies reach vector and tail code alike.
    for (Half kind : {Half::Float16, Half::BFloat16}) {
        for (uint16_t low : {0x0000, 0x0001, 0x03ff, 0x0400, 0x3c00, 0x3c01, 0x7bfe}) {
            const uint16_t pair[] = {low, static_cast<uint16_t>(low + 1)};
            float ends[2];
            half_to_float(kind, pair, ends, 2);
            const float middle = ends[0] + (ends[1] - ends[0]) / 2;
            const float in[] = {std::nextafter(middle, -1e38f), middle, std::nextafter(middle, 1e38f)};
            const uint16_t want[] = {pair[0], low & 1 ? pair[1] : pair[0], pair[1]};
            for (int i = 0; i < 3; ++i) {
                const std::vector<float> many(17, in[i]);
                uint16_t got[17];
                float_to_half(kind, many.data(), got, 17);
                EXPECT_EQ(got[0], want[i]) << low << " " << i;
                EXPECT_EQ(got[16], want[i]) << low << " " << i;
            }
        }
        const std::vector<float> large(17, 3.4e38f);
        uint16_t got[17];
        float_to_half(Half::Float16, large.data(), got, 17);
        EXPECT_EQ(got[0], 0x7c00);
        EXPECT_EQ(got[16], 0x7c00);
    }
}

TEST_P(HalfTest, Gemm) {
    const int64_t m = 9, n = 37, k = 50;
    for (Half kind : {Half::Float16, Half::BFloat16}) {
        const auto a = reference::random<float>(m * k, 1), b = reference::random<float>(k * n, 2),
                   c0 = reference::random<float>(m * n, 3);
        std::vector<uint16_t> ah(m * k), bh(k * n), ch(m * n);
        std::vector<float> aw(m * k), bw(k * n), cw(m * n);
        float_to_half(kind, a.data(), ah.data(), m * k), half_to_float(kind, ah.data(), aw.data(), m * k);
        float_to_half(kind, b.data(), bh.data(), k * n), half_to_float(kind, bh.data(), bw.data(), k * n);
        for (bool b_transposed : {false, true}) {
            for (bool packed : {false, true}) {
                float_to_half(kind, c0.data(), ch.data(), m * n), half_to_float(kind, ch.data(), cw.data(), m * n);
                const auto at = [&](int64_t p, int64_t j) { return b_transposed ? j * k + p : p * n + j; };
                const MatrixView<uint16_t> view =
                    b_transposed ? MatrixView<uint16_t>{bh.data(), 1, k} : MatrixView<uint16_t>{bh.data(), n, 1};
                if (packed)
                    half_gemm(kind, m, 1, {ah.data(), k, 1}, pack_half_b(kind, view, k, n), 1, ch.data(), n);
                else
                    half_gemm(kind, m, n, k, 1, {ah.data(), k, 1}, view, 1, ch.data(), n);
                for (int64_t i = 0; i < m; ++i)
                    for (int64_t j = 0; j < n; ++j) {
                        double want = cw[i * n + j];
                        for (int64_t p = 0; p < k; ++p) want += double(aw[i * k + p]) * double(bw[at(p, j)]);
                        float got;
                        half_to_float(kind, &ch[i * n + j], &got, 1);
                        ASSERT_NEAR(got, want,
                                    std::fabs(want) * (kind == Half::Float16 ? 1.0 / 2048 : 1.0 / 256) + 1e-5);
                    }
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Targets, HalfTest, testing::ValuesIn(target_parameters()), target_name);

template <class T>
void check_plain() {
    const int64_t m = 5, n = 7, k = 11;
    std::mt19937 g(1);
    const auto fill = [&](int64_t count) {
        std::vector<T> v(count);
        for (T& x : v) x = static_cast<T>(static_cast<int>(g() % 201) - 100);
        return v;
    };
    const auto a = fill(m * k), b = fill(k * n), c0 = fill(m * n);
    for (bool transposed : {false, true}) {
        auto c = c0;
        const MatrixView<T> view = transposed ? MatrixView<T>{b.data(), 1, k} : MatrixView<T>{b.data(), n, 1};
        plain_gemm<T>(m, n, k, T(2), {a.data(), k, 1}, view, T(3), c.data(), n);
        for (int64_t i = 0; i < m; ++i)
            for (int64_t j = 0; j < n; ++j) {
                std::complex<double> want = 0;
                for (int64_t p = 0; p < k; ++p)
                    want += std::complex<double>(a[i * k + p]) *
                            std::complex<double>(view.data[p * view.row_stride + j * view.col_stride]);
                want = 2.0 * want + 3.0 * std::complex<double>(c0[i * n + j]);
                if constexpr (std::is_integral_v<T>)
                    EXPECT_EQ(c[i * n + j], static_cast<T>(static_cast<int64_t>(want.real())));
                else
                    EXPECT_LT(std::abs(std::complex<double>(c[i * n + j]) - want), 1e-2);
            }
    }
}

TEST(PlainGemmTest, EveryType) {
    check_plain<int8_t>();
    check_plain<uint8_t>();
    check_plain<int16_t>();
    check_plain<int32_t>();
    check_plain<int64_t>();
    check_plain<std::complex<float>>();
    check_plain<std::complex<double>>();
}

}  // namespace
}  // namespace wick::kernels
