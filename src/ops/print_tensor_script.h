#pragma once

#include <string>

#include <wick/tensor/tensor.h>

namespace wick::jit {

/// The tensor with its "[ CPUFloatType{2,3} ]", without a newline at the end.
std::string script_tensor_str(const Tensor& tensor);

}  // namespace wick::jit
