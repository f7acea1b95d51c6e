#pragma once

#include <string>
#include <string_view>

#include <wick/tensor/tensor.h>
#include <wick/types/type.h>

namespace wick::jit {

/// Tensor, as a trace saw one. In printed graphs it is PyTorch's
///
///     Float(2, 3, strides=[3, 1], requires_grad=0, device=cpu)
///
/// and without sizes and strides where there are no dimensions. In all else, equality included, it is Tensor.
TypePtr observed_tensor_type(const Tensor& tensor);
/// From the printed form, which begins with the name of an element type.
TypePtr observed_tensor_type(std::string printed);
bool is_element_type_name(std::string_view word);

/// The type with Tensor in place of what was observed.
TypePtr without_observations(const TypePtr& type);

}  // namespace wick::jit
