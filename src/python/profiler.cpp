// wick.profiler's inside.
#include "ops/profiler.h"

#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include "python/bindings.h"
#include "python/convert.h"

namespace nb = nanobind;

namespace wick::python {

namespace {

nb::list lists_of(const std::vector<std::vector<int64_t>>& rows) {
    nb::list all;
    for (const std::vector<int64_t>& row : rows) {
        nb::list list;
        for (int64_t item : row) list.append(item);
        all.append(list);
    }
    return all;
}

nb::dict event_to_python(const jit::ProfileEvent& event) {
    nb::dict made;
    made["name"] = event.name;
    made["overload_name"] = event.overload;
    made["is_user_annotation"] = event.is_user;
    made["begin"] = event.begin;
    made["end"] = event.end;
    made["parent"] = event.parent;
    made["thread"] = event.thread;
    made["memory"] = event.memory;
    made["sizes"] = lists_of(event.sizes);
    made["strides"] = lists_of(event.strides);
    nb::list dtypes;
    for (const std::optional<DType>& dtype : event.dtypes) dtypes.append(dtype ? to_python(*dtype) : nb::none());
    made["dtypes"] = dtypes;
    return made;
}

}  // namespace

void bind_profiler(nb::module_& module) {
    nb::class_<jit::Profiler>(module, "_Profiler")
        .def(
            "__init__",
            [](jit::Profiler* self, bool shapes, bool memory) {
                new (self) jit::Profiler({.shapes = shapes, .memory = memory});
            },
            nb::arg("shapes"), nb::arg("memory"))
        .def("start", &jit::Profiler::start)
        .def("stop", &jit::Profiler::stop)
        .def("events", [](const jit::Profiler& self) {
            nb::list all;
            for (const jit::ProfileEvent& event : self.events()) all.append(event_to_python(event));
            return all;
        });
    module.def("_is_profiling", [] { return jit::call_profile() != nullptr; });
    module.def("_begin_range", [](std::string name) {
        jit::CallProfile* profile = jit::call_profile();
        return profile ? profile->begin(std::move(name), true) : -1;
    });
    module.def("_end_range", [](int64_t range) {
        if (jit::CallProfile* profile = jit::call_profile()) profile->end(range);
    });
}

}  // namespace wick::python
