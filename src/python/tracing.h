#pragma once
// torch.jit.trace (python/wick/jit/_trace.py): what Python's objects are while a trace is recorded.

#include <nanobind/nanobind.h>

#include "python/convert.h"
#include "trace/tracer.h"

namespace wick::python {

/// What an object, whose form as a value is given, is in the trace; numbers of the trace are known by their objects.
jit::Value* traced_value(jit::Tracer& tracer, PyObject* object, const IValue& value);
/// The number as one that remembers its value: a TracedInt or TracedFloat.
nanobind::object traced_number(jit::Tracer& tracer, jit::Value* value, nanobind::object number);
/// The value of such a number; null of any other object.
jit::Value* number_in_trace(PyObject* object);

/// Whether a trace is recorded that the tensor depends on.
bool is_traced(nanobind::handle tensor);
/// Sizes and number of elements of such a tensor, which stay what they are for other inputs of the trace.
nanobind::object traced_sizes(nanobind::handle tensor);
nanobind::object traced_numel(nanobind::handle tensor);

// PyTorch's warnings where a trace loses sight of a tensor. Nothing happens where it is none of a trace.
/// `becomes`: "a Python boolean", which a tensor inside of vmap can't be at all.
void warn_of_constant(const Tensor& tensor, const char* becomes);
void warn_of_length(const Tensor& tensor);
void warn_of_iteration(const Tensor& tensor);

}  // namespace wick::python
