// The extension module wick._wick: tensors, operators and compiled programs. What is easier said in Python is in
// python/wick.

#include <nanobind/nanobind.h>

#include <wick/support/parallel.h>
#include <wick/tensor/grad_mode.h>

#include "python/bindings.h"
#include "python/convert.h"
#include "python/errors.h"
#include "python/operator_function.h"

namespace nb = nanobind;

NB_MODULE(_wick, module) {
    using namespace wick::python;
    // dtypes and exceptions live as long as the process.
    nb::set_leak_warnings(false);
    module.attr("__version__") = WICK_VERSION;
    bind_errors(module);
    bind_values(module);
    bind_operators(module);
    bind_autocast(module);
    bind_autograd(module);
    bind_batching(module);
    bind_dispatch(module);
    bind_optim(module);
    bind_tensor(module);
    bind_overrides(module);
    bind_profiler(module);
    bind_random(module);
    bind_script(module);
    bind_session(module);
    bind_tracing(module);
    module.def("set_num_threads", &wick::set_num_threads, nb::arg("threads"));
    module.def("get_num_threads", &wick::get_num_threads);
    module.def("is_grad_enabled", &wick::GradMode::is_enabled);
    module.def("set_grad_enabled", &wick::GradMode::set_enabled, nb::arg("enabled"));
}
