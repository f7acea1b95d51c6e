#pragma once
// What losses and their gradients share.

#include "ops/nn_common.h"

namespace wick::jit {

/// OpError unless it is one.
inline Reduction reduction_of(int64_t number) {
    WICK_CHECK(number >= 0 && number <= 2, "{} is not a valid value for reduction", number);
    return Reduction{number};
}

/// A target of class numbers, as contiguous int64.
inline Tensor class_indices(const Tensor& target) {
    WICK_CHECK(target.dtype() == DType::int64 || target.dtype() == DType::uint8,
               "expected target dtype to be Long or Byte, but got {}", scalar_name_of(target.dtype()));
    return ops::contiguous(ops::to_dtype(target, DType::int64));
}

/// The last dimension of x[N, C] or x[C]; a number is one class.
inline int64_t classes_of(const Tensor& x) { return x.dim() == 0 ? 1 : x.size(-1); }

}  // namespace wick::jit
