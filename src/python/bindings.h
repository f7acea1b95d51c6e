#pragma once
// The parts of the extension module, each in the file of its name.

#include <nanobind/nanobind.h>

#include <wick/tensor/tensor.h>

namespace wick::python {

void bind_autocast(nanobind::module_& module);
void bind_autograd(nanobind::module_& module);
void bind_batching(nanobind::module_& module);
/// The attributes and methods of Tensor that are about gradients.
void bind_gradients_of(nanobind::class_<Tensor>& tensor);
/// What Python's garbage collector sees of tensors.
extern const PyType_Slot kTensorCollection[];
/// How objects of Tensor and of classes derived from it are made.
extern const PyType_Slot kTensorMaking[];
void bind_custom_functions(nanobind::module_& module);
void bind_dispatch(nanobind::module_& module);
void bind_optim(nanobind::module_& module);
void bind_tensor(nanobind::module_& module);
void bind_overrides(nanobind::module_& module);
void bind_profiler(nanobind::module_& module);
void bind_random(nanobind::module_& module);
void bind_script(nanobind::module_& module);
void bind_session(nanobind::module_& module);
void bind_tracing(nanobind::module_& module);

}  // namespace wick::python
