#pragma once
// x[…] and x[…] = y with Python's indices: ints, slices, None, Ellipsis, bools, tensors, sequences of numbers, tuples
// of these.

#include <nanobind/nanobind.h>

#include <wick/tensor/tensor.h>

namespace wick::python {

Tensor get_item(const Tensor& self, nanobind::handle index);
/// `value` is a tensor or a number, and is broadcast.
void set_item(const Tensor& self, nanobind::handle index, nanobind::handle value);

}  // namespace wick::python
