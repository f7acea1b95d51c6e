#pragma once
// The parts of the extension module, each in the file of its name.

#include <nanobind/nanobind.h>

namespace wick::python {

void bind_tensor(nanobind::module_& module);
void bind_script(nanobind::module_& module);
void bind_session(nanobind::module_& module);

}  // namespace wick::python
