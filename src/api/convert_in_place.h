#pragma once
// What Module::to does to a tensor, of compiled modules and of others.

#include <wick/tensor/tensor.h>

namespace wick::jit {

/// OpError unless modules may be converted to the dtype.
void check_converts_modules(DType dtype);
/// Gives the tensor's elements another dtype. The tensor itself changes: whoever holds it sees that.
void convert_in_place(const Tensor& tensor, DType dtype);

}  // namespace wick::jit
