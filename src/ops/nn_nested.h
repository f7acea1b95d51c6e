#pragma once
// Nested tensors as far as transformer encoders use them: a padded [batch, length, features] tensor that knows how much
// of every sequence is real. Operators that respect it say so; to all others it is an ordinary tensor.

#include <vector>

#include <wick/tensor/tensor.h>

namespace wick::jit {

/// `padded` itself, marked: sequence b has lengths[b] real rows.
Tensor mark_nested(const Tensor& padded, std::vector<int64_t> lengths);
/// The lengths of a marked tensor that has not been written to since, or null.
const std::vector<int64_t>* nested_lengths(const Tensor& tensor);

}  // namespace wick::jit
