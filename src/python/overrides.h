#pragma once
// Who takes over functions in Python (torch.overrides): subclasses of Tensor and other types, by __torch_function__,
// and modes.

#include <nanobind/nanobind.h>

namespace wick::python {

/// Whether the process has made a subclass or a mode that may take functions over. Before that nobody looks for one.
extern bool g_overrides;

/// What those who take functions over make of a call, whose arguments are `count` positional ones, then those of the
/// tuple of names `keywords`; no object when there is nobody. Throws ArgumentError when all decline.
nanobind::object call_override(PyObject* function, PyObject* const* arguments, size_t count, PyObject* keywords);
/// As above, of Tensor's method of that name.
nanobind::object call_override(const char* method, PyObject* const* arguments, size_t count);

}  // namespace wick::python
