#pragma once
// Batches of matrices as the textbook routines of linalg_dense.h want them.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include <wick/support/parallel.h>

#include "ops/tensor_ops.h"

namespace wick::jit {

/// A[…, m, n] as row-major matrices of double.
struct Matrices {
    Matrices(const Tensor& a, std::string_view op) : dtype(a.dtype()) {
        WICK_CHECK(a.dim() >= 2, "{}: The input tensor A must have at least 2 dimensions.", op);
        WICK_CHECK(a.dtype() == DType::float32 || a.dtype() == DType::float64,
                   "{}: Expected a floating point tensor as input. Got {}", op, scalar_name_of(a.dtype()));
        lead = a.sizes().slice(0, a.sizes().size() - 2);
        m = a.size(-2), n = a.size(-1), count = checked_numel(lead);
        values = ops::contiguous(ops::to_dtype(a, DType::float64));
    }
    const double* at(int64_t i) const { return values.data<double>() + i * m * n; }
    /// Results of the batch's shape followed by the tails, filled by f(matrix index, memory of its parts).
    template <size_t kCount, class F>
    std::array<Tensor, kCount> make_all(const DimVector (&tails)[kCount], F&& f) const {
        std::array<Tensor, kCount> out;
        double* to[kCount];
        int64_t size[kCount];
        for (size_t k = 0; k < kCount; ++k) {
            DimVector sizes(lead);
            for (int64_t s : tails[k]) sizes.push_back(s);
            size[k] = checked_numel(tails[k]);
            const Tensor part = empty(sizes, DType::float64);
            to[k] = part.mutable_data<double>();
            out[k] = part;
        }
        parallel_for(0, count, std::max<int64_t>(1, 4096 / (m * n * std::min(m, n) + 1)),
                     [&](int64_t begin, int64_t end) {
                         for (int64_t i = begin; i < end; ++i) {
                             double* parts[kCount];
                             for (size_t k = 0; k < kCount; ++k) parts[k] = to[k] + i * size[k];
                             f(i, parts);
                         }
                     });
        for (Tensor& tensor : out) tensor = ops::to_dtype(tensor, dtype);
        return out;
    }
    /// One result.
    template <class F>
    Tensor make(const DimVector& tail, F&& f) const {
        const DimVector tails[] = {tail};
        return make_all(tails, [&](int64_t i, double* const* to) { f(i, to[0]); })[0];
    }
    DType dtype;
    DimVector lead;
    int64_t m = 0, n = 0, count = 0;
    Tensor values;
};

/// As Matrices; OpError unless they are square.
inline Matrices square(const Tensor& a, std::string_view op) {
    Matrices matrices(a, op);
    WICK_CHECK(matrices.m == matrices.n, "{}: A must be batches of square matrices, but they are {} by {} matrices", op,
               matrices.m, matrices.n);
    return matrices;
}

/// What error messages put before a matrix of a batch.
inline std::string batch_prefix(const Matrices& a, int64_t i) {
    return a.lead.empty() ? "" : fmt::format("(Batch element {}): ", i);
}

}  // namespace wick::jit
