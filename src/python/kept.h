#pragma once
// Python objects that wick's own objects hold.

#include <memory>
#include <nanobind/nanobind.h>

#include <wick/tensor/tensor.h>

namespace wick::python {

/// Whichever thread drops it takes the lock first.
using Kept = std::shared_ptr<nanobind::object>;
Kept keep(nanobind::object object);

/// A hook (autograd::Hook) that is a function in Python.
struct PythonHook {
    Kept function;
    Tensor operator()(const Tensor& gradient) const;
};

/// Tensors as Python sees them where they may be missing: None is an undefined one.
nanobind::object tensor_or_none(const Tensor& tensor);
Tensor tensor_or_undefined(nanobind::handle object);
/// The elements of a sequence, or of None.
std::vector<Tensor> tensors_of(nanobind::handle sequence);

}  // namespace wick::python
