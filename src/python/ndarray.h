#pragma once
// Tensors and arrays of other libraries over the same memory: NumPy, and DLPack, which PyTorch and others speak.

#include <nanobind/nanobind.h>

#include <wick/tensor/tensor.h>

namespace wick::python {

/// The memory of an array, of anything with a buffer or with __dlpack__, as a tensor, which keeps the array alive.
/// ArgumentError for what is no array or has a dtype that wick does not have, OpError for an array on another device.
Tensor tensor_from_array(nanobind::handle array);
/// A NumPy array over the tensor's memory, which it keeps alive. Mapped weights become writable first.
nanobind::object numpy_from_tensor(const Tensor& tensor);
/// A DLPack capsule over the tensor's memory.
nanobind::object dlpack_from_tensor(const Tensor& tensor);

/// torch.tensor: a new tensor of Python's numbers in nested sequences, of an array or of a tensor. Floats are of the
/// default dtype, ints int64, unless `dtype` is given.
Tensor tensor_from_data(nanobind::handle data, const DType* dtype);

/// The class _TensorBytes.
void bind_tensor_bytes(nanobind::module_& module);

}  // namespace wick::python
