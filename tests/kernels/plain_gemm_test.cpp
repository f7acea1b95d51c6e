// Products of the types that have no tuned kernel.
#include "kernels/plain_gemm.h"

#include <complex>
#include <gtest/gtest.h>
#include <random>
#include <vector>

namespace wick::kernels {
namespace {

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
