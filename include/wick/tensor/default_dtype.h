#pragma once
// What dtype tensors have that are made of Python's numbers, or of none: torch.set_default_dtype.

#include <wick/support/export.h>
#include <wick/tensor/dtype.h>
#include <wick/tensor/scalar.h>

namespace wick {

/// The process's, float32 unless set_default_dtype changed it: of factories that are given no dtype, of floats that
/// become tensors, of results that floats promote or that are not whole though their operands were.
WICK_API DType default_dtype() noexcept;
/// The complex dtype with parts of the default dtype.
WICK_API DType default_complex_dtype() noexcept;
/// OpError unless it is a floating-point dtype.
WICK_API void set_default_dtype(DType dtype);

/// Of a tensor made from the number: int64 and bool stay what they are.
WICK_API DType default_dtype_of(const Scalar& number) noexcept;

}  // namespace wick
