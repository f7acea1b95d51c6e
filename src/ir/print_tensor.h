#pragma once

#include <string>

#include <wick/tensor/tensor.h>

namespace wick::jit {

/// Appends a constant tensor as printed graphs show it: `{0.5}` for one element, all elements in libtorch's C++ layout
/// on one line up to ten (` 1  2  3 [ CPULongType{3} ]`), `<Tensor>` beyond.
void append_tensor(std::string& out, const Tensor& tensor);

}  // namespace wick::jit
