#pragma once

#include <wick/tensor/tensor.h>

namespace wick::ops {

/// Sizes, strides, offset and dtype of a tensor over no elements: for who will only ask for these.
Tensor geometry_of(const Tensor& self);

}  // namespace wick::ops
