// Random numbers: generators, and the one that operators draw from when they are given none.

#include <nanobind/nanobind.h>

#include <wick/tensor/generator.h>

#include "python/bindings.h"
#include "python/convert.h"

namespace nb = nanobind;

namespace wick::python {

namespace {

/// Python's seeds may be negative, and count modulo 2^64.
uint64_t seed_of(nb::handle number) {
    const nb::object index = nb::steal(PyNumber_Index(number.ptr()));
    if (!index.is_valid()) nb::raise_python_error();
    const uint64_t seed = PyLong_AsUnsignedLongLongMask(index.ptr());
    if (PyErr_Occurred()) nb::raise_python_error();
    return seed;
}

}  // namespace

void bind_random(nb::module_& module) {
    nb::class_<GeneratorObject>(module, "Generator", "A source of random numbers, for operators' `generator`.")
        .def(
            "__init__",
            [](GeneratorObject* self, nb::object device) {
                // A device is parsed for its errors; there is only one.
                if (!device.is_none()) nb::cast<Device>(nb::type<Device>()(device));
                new (self) GeneratorObject{make_intrusive<GeneratorImpl>()};
            },
            nb::arg("device") = nb::none())
        .def(
            "manual_seed",
            [](nb::object self, nb::handle seed) {
                nb::cast<GeneratorObject&>(self).generator->manual_seed(seed_of(seed));
                return self;
            },
            nb::arg("seed"), "Starts again from a seed.")
        .def(
            "seed", [](const GeneratorObject& self) { return self.generator->seed(); },
            "Starts from a seed of the system's, and returns it.")
        .def("initial_seed", [](const GeneratorObject& self) { return self.generator->initial_seed(); })
        .def("get_state", [](const GeneratorObject& self) { return to_python(self.generator->get_state()); })
        .def(
            "set_state",
            [](nb::object self, const Tensor& state) {
                nb::cast<GeneratorObject&>(self).generator->set_state(state);
                return self;
            },
            nb::arg("new_state"))
        .def("clone_state",
             [](const GeneratorObject& self) {
                 GeneratorObject copy{make_intrusive<GeneratorImpl>()};
                 copy.generator->set_state(self.generator->get_state());
                 return copy;
             })
        .def("__reduce__",
             [](nb::object self) {
                 const nb::object rebuild = nb::module_::import_("wick.random").attr("_generator_of");
                 return nb::make_tuple(rebuild, nb::make_tuple(self.attr("get_state")()));
             })
        .def_prop_ro("device", [](const GeneratorObject&) { return Device(); });
    module.attr("default_generator") = nb::cast(GeneratorObject{IntrusivePtr<GeneratorImpl>(&default_generator())});
}

}  // namespace wick::python
