#pragma once
// Inputs and plain reference loops of the neural-network operator tests.

#include <random>

#include "ops/op_testing.h"

namespace wick::testing {

/// Reproducible values in [-1, 1].
inline Tensor random(IntArrayRef sizes, uint32_t seed = 1, DType dtype = DType::float32) {
    std::mt19937 engine(seed);
    const Tensor x = empty(sizes, DType::float64);
    double* to = x.mutable_data<double>();
    for (int64_t i = 0; i < x.numel(); ++i) to[i] = static_cast<double>(engine() % 20001) / 10000.0 - 1.0;
    return ops::to_dtype(x, dtype);
}

/// The tensor as a module's parameter: kernels may keep data derived from it.
inline Tensor constant(Tensor tensor) {
    tensor.impl()->is_constant = true;
    return tensor;
}

/// a[m, k] b[k, n].
inline std::vector<double> product(const std::vector<double>& a, const std::vector<double>& b, int64_t m, int64_t k,
                                   int64_t n) {
    std::vector<double> c(static_cast<size_t>(m * n), 0.0);
    for (int64_t i = 0; i < m; ++i)
        for (int64_t p = 0; p < k; ++p)
            for (int64_t j = 0; j < n; ++j)
                c[static_cast<size_t>(i * n + j)] +=
                    a[static_cast<size_t>(i * k + p)] * b[static_cast<size_t>(p * n + j)];
    return c;
}

}  // namespace wick::testing
