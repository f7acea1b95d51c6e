// wick.amp's inside.
#include <nanobind/nanobind.h>

#include <wick/ops/autocast.h>

#include "python/bindings.h"
#include "python/convert.h"

namespace nb = nanobind;

namespace wick::python {

void bind_autocast(nb::module_& module) {
    module.def("_is_autocast_enabled", &AutocastMode::is_enabled);
    module.def("_set_autocast_enabled", &AutocastMode::set_enabled, nb::arg("enabled"));
    module.def("_get_autocast_dtype", [] { return to_python(AutocastMode::dtype()); });
    module.def(
        "_set_autocast_dtype", [](const DTypeObject& dtype) { AutocastMode::set_dtype(dtype.dtype); },
        nb::arg("dtype"));
    module.def("is_autocast_cache_enabled", &AutocastMode::is_cache_enabled);
    module.def("set_autocast_cache_enabled", &AutocastMode::set_cache_enabled, nb::arg("enabled"));
    module.def("clear_autocast_cache", &AutocastMode::clear_cache);
    module.def("autocast_increment_nesting", &AutocastMode::enter);
    module.def("autocast_decrement_nesting", &AutocastMode::leave);
}

}  // namespace wick::python
