#include "kernels/plain_gemm.h"

#include <algorithm>
#include <type_traits>
#include <vector>

#include <wick/support/parallel.h>

namespace wick::kernels {
namespace {

// Integer arithmetic is done unsigned, where wrapping is defined; at least 32 bits, so that nothing is promoted to int.
template <class T>
struct Arithmetic {
    using type = T;
};
template <class T>
requires std::is_integral_v<T>
struct Arithmetic<T> {
    using type = std::conditional_t<sizeof(T) <= 4, uint32_t, uint64_t>;
};

// (a + bi)(c + di) without the C++ library's repair of infinities, which PyTorch does not make either.
template <class T>
T multiply(T a, T b) {
    if constexpr (std::is_arithmetic_v<T>)
        return a * b;
    else
        return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

}  // namespace

template <class T>
void plain_gemm(int64_t m, int64_t n, int64_t k, T alpha, MatrixView<T> a, MatrixView<T> b, T beta, T* c, int64_t ldc) {
    using S = typename Arithmetic<T>::type;
    if (m <= 0 || n <= 0) return;
    // Rows of B are read in order; a B that is contiguous the other way is copied.
    std::vector<T> copy;
    if (b.col_stride != 1 && m > 1) {
        copy.resize(static_cast<size_t>(n * k));
        for (int64_t p = 0; p < k; ++p)
            for (int64_t j = 0; j < n; ++j)
                copy[static_cast<size_t>(p * n + j)] = b.data[p * b.row_stride + j * b.col_stride];
        b = {copy.data(), n, 1};
    }
    const int64_t grain = std::max<int64_t>(1, (1 << 16) / std::max<int64_t>(1, n * k));
    parallel_for(0, m, grain, [&](int64_t begin, int64_t end) {
        std::vector<S> sum(static_cast<size_t>(n));
        for (int64_t i = begin; i < end; ++i) {
            std::fill(sum.begin(), sum.end(), S(0));
            for (int64_t p = 0; p < k; ++p) {
                const S x = static_cast<S>(a.data[i * a.row_stride + p * a.col_stride]);
                const T* row = b.data + p * b.row_stride;
                for (int64_t j = 0; j < n; ++j)
                    sum[static_cast<size_t>(j)] += multiply(x, static_cast<S>(row[j * b.col_stride]));
            }
            T* to = c + i * ldc;
            for (int64_t j = 0; j < n; ++j) {
                S y = multiply(static_cast<S>(alpha), sum[static_cast<size_t>(j)]);
                if (beta != T(0)) y += multiply(static_cast<S>(beta), static_cast<S>(to[j]));
                to[j] = static_cast<T>(y);
            }
        }
    });
}

#define WICK_INSTANTIATE(T) \
    template void plain_gemm(int64_t, int64_t, int64_t, T, MatrixView<T>, MatrixView<T>, T, T*, int64_t);
WICK_INSTANTIATE(int8_t)
WICK_INSTANTIATE(uint8_t)
WICK_INSTANTIATE(int16_t)
WICK_INSTANTIATE(int32_t)
WICK_INSTANTIATE(int64_t)
WICK_INSTANTIATE(std::complex<float>)
WICK_INSTANTIATE(std::complex<double>)
#undef WICK_INSTANTIATE

}  // namespace wick::kernels
