#pragma once
// Calls of compiled modules, functions and methods from Python. Programs run without the interpreter's lock; while a
// trace is recorded, calls become calls of the trace.

#include <nanobind/nanobind.h>
#include <vector>

#include "python/errors.h"
#include "python/script.h"

namespace wick::python {

// A module is called by its forward, or, where the class declares forward for several types (nn.LSTM), by the first
// that takes the arguments. `keywords`: a dict, or null.
nanobind::object call(const ScriptModule& module, const nanobind::args& arguments, nanobind::handle keywords);
nanobind::object call(const ScriptFunction& function, const nanobind::args& arguments, nanobind::handle keywords);
nanobind::object call(const jit::Method& method, const nanobind::args& arguments, nanobind::handle keywords);
/// With the leading arguments as values.
nanobind::object call(jit::Function& function, const Unit& unit, std::vector<IValue> values, nanobind::handle keywords);

std::vector<IValue> values_of(const nanobind::args& arguments);
/// OpError when the module has none.
const jit::Method& forward_of(const ScriptModule& module);

/// What makes instances of T callable, without nanobind in between.
template <class T>
PyType_Slot* call_slots() {
    constexpr auto function = [](PyObject* self, PyObject* arguments, PyObject* keywords) -> PyObject* {
        return guarded([&] {
            const T& callee = *nanobind::inst_ptr<T>(nanobind::handle(self));
            return call(callee, nanobind::borrow<nanobind::args>(arguments), keywords).release().ptr();
        });
    };
    static PyType_Slot slots[] = {{Py_tp_call, reinterpret_cast<void*>(static_cast<ternaryfunc>(function))},
                                  {0, nullptr}};
    return slots;
}

}  // namespace wick::python
