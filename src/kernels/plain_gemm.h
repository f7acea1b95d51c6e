#pragma once
// Products of the number types that have no tuned kernel: integers (wrapping, as PyTorch's) and complex numbers.

#include <complex>
#include <cstdint>

#include "kernels/gemm.h"

namespace wick::kernels {

/// C[m, n] = alpha * A[m, k] B[k, n] + beta * C; with beta == 0, C is not read. T: int8_t, uint8_t, int16_t, int32_t,
/// int64_t, std::complex<float>, std::complex<double>. Integers are summed modulo 2^bits.
template <class T>
void plain_gemm(int64_t m, int64_t n, int64_t k, T alpha, MatrixView<T> a, MatrixView<T> b, T beta, T* c, int64_t ldc);

}  // namespace wick::kernels
