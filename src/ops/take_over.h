#pragma once

#include <wick/tensor/tensor.h>

namespace wick::ops {

/// `self` gets storage, geometry and dtype of `source`, and stays the tensor that others hold.
void take_over(const Tensor& self, const Tensor& source);

}  // namespace wick::ops
