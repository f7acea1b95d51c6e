#include "python/tracing.h"

#include <fmt/format.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "ops/registry.h"
#include "program/session.h"
#include "python/bindings.h"
#include "python/errors.h"
#include "python/gil.h"
#include "python/script.h"
#include "tensor/batched_tensor.h"

namespace nb = nanobind;

namespace wick::python {

namespace {

/// Where a number of a trace came from.
struct NumberHandle {
    jit::Value* value;
    uint64_t serial;
};

nb::object trace_module() { return nb::module_::import_("wick.jit._trace"); }

void warn(const Tensor& tensor, const std::string& sentence) {
    jit::Tracer* tracer = jit::current_tracer();
    if (!tracer || !tracer->is_known(IValue(tensor))) return;
    if (PyErr_WarnEx(trace_module().attr("TracerWarning").ptr(), sentence.c_str(), 1)) nb::raise_python_error();
}

constexpr const char* kDataFlow =
    " might cause the trace to be incorrect. We can't record the data flow of Python values, so this value will be "
    "treated as a constant in the future. This means that the trace might not generalize to other inputs!";

jit::Tracer::NamedTensors tensors_of(nb::dict named) {
    jit::Tracer::NamedTensors tensors;
    for (const auto& [name, tensor] : named)
        tensors.emplace_back(nb::cast<std::string>(name), tensor.is_none() ? Tensor() : tensor_in(tensor.ptr()));
    return tensors;
}

std::vector<std::pair<std::string, jit::Tracer::ModuleId>> children_of(nb::dict named) {
    std::vector<std::pair<std::string, jit::Tracer::ModuleId>> children;
    for (const auto& [name, id] : named)
        children.emplace_back(nb::cast<std::string>(name), nb::cast<jit::Tracer::ModuleId>(id));
    return children;
}

/// The line that runs, in the innermost frame outside of the package.
SourceRange current_place() {
    const Locked lock;  // calls run without it
    static const std::string package = [] {
        const auto path = nb::cast<std::string>(nb::module_::import_("wick").attr("__file__"));
        return path.substr(0, path.rfind('/') + 1);
    }();
    nb::object frame = nb::borrow(reinterpret_cast<PyObject*>(PyEval_GetFrame()));
    while (frame.is_valid()) {
        auto* raw = reinterpret_cast<PyFrameObject*>(frame.ptr());
        const nb::object code = nb::steal(reinterpret_cast<PyObject*>(PyFrame_GetCode(raw)));
        auto file = nb::cast<std::string>(code.attr("co_filename"));
        if (!file.starts_with(package)) {
            auto source = std::make_shared<Source>("", std::move(file), PyFrame_GetLineNumber(raw));
            return SourceRange(std::move(source), 0, 0);
        }
        frame = nb::steal(reinterpret_cast<PyObject*>(PyFrame_GetBack(raw)));
    }
    return {};
}

/// A trace in Python's hands.
class Trace {
 public:
    explicit Trace(jit::Session& session) : unit_(session.unit()), tracer_(unit_) {
        tracer_.set_places(&current_place);
    }

    size_t add_module(const std::string& class_name, nb::dict parameters, nb::dict buffers, nb::dict children,
                      bool training) {
        return tracer_.add_module(class_name, tensors_of(parameters), tensors_of(buffers), children_of(children),
                                  training);
    }
    size_t add_compiled(const ScriptModule& module) { return tracer_.add_module(module.module.object()); }

    /// The inputs as what is to be called is given them.
    nb::object begin(const std::string& name, std::optional<size_t> module, const std::vector<std::string>& names,
                     nb::tuple inputs) {
        std::vector<IValue> values;
        for (nb::handle input : inputs) values.push_back(jit::with_own_handles(to_ivalue(input.ptr())));
        nb::list given;
        for (const IValue& value : values) given.append(to_python(value));
        tracer_.begin(name, module.value_or(jit::Tracer::kNoModule), names, values);
        return nb::tuple(given);
    }

    ScriptFunction finish(nb::object outputs) {
        const IValue value = to_ivalue(outputs.ptr());
        check_output(outputs.ptr(), value);
        return {tracer_.finish(traced_value(tracer_, outputs.ptr(), value)), unit_};
    }

    void abandon() { tracer_.abandon(); }
    bool enter(size_t module) { return jit::current_tracer() == &tracer_ && tracer_.enter(module); }
    void leave() { tracer_.leave(); }
    ScriptModule module(size_t id) const { return ScriptModule(jit::Module(unit_, tracer_.object(id))); }

 private:
    void check_output(PyObject* object, const IValue& value) {
        if (value.is_tensor()) {
            tracer_.check_depends(value);
            return;
        }
        if (PyDict_Check(object)) {
            for (const auto& [key, item] : value.to_dict().items())
                check_output(PyDict_GetItem(object, to_python(key).ptr()), item);
        } else if (PyTuple_Check(object) || PyList_Check(object)) {
            const nb::object items = nb::borrow(object);
            const std::vector<IValue>& values = value.is_tuple() ? value.to_tuple().elements : value.to_list().items;
            for (size_t i = 0; i < values.size(); ++i) check_output(nb::object(items[i]).ptr(), values[i]);
        } else if (!number_in_trace(object)) {
            throw OpError(
                "Only tensors, lists, tuples of tensors, or dictionary of tensors can be output from traced functions");
        }
    }

    Unit unit_;
    jit::Tracer tracer_;
};

}  // namespace

jit::Value* number_in_trace(PyObject* object) {
    jit::Tracer* tracer = jit::current_tracer();
    const bool is_subclass = (PyLong_Check(object) && !PyLong_CheckExact(object) && !PyBool_Check(object)) ||
                             (PyFloat_Check(object) && !PyFloat_CheckExact(object));
    if (!tracer || !is_subclass) return nullptr;
    const nb::object handle = nb::getattr(nb::handle(object), "_traced", nb::none());
    if (!nb::isinstance<NumberHandle>(handle)) return nullptr;
    const NumberHandle& number = *nb::inst_ptr<NumberHandle>(handle);
    return number.serial == tracer->serial() ? tracer->number(number.value) : nullptr;
}

nb::object traced_number(jit::Tracer& tracer, jit::Value* value, nb::object number) {
    const char* type = PyFloat_Check(number.ptr()) ? "TracedFloat" : "TracedInt";
    nb::object made = trace_module().attr(type)(number);
    made.attr("_traced") = nb::cast(NumberHandle{value, tracer.serial()});
    return made;
}

jit::Value* traced_value(jit::Tracer& tracer, PyObject* object, const IValue& value) {
    if (value.is_int() || value.is_double()) {
        jit::Value* known = number_in_trace(object);
        const jit::TypeKind kind = value.is_int() ? jit::TypeKind::Int : jit::TypeKind::Float;
        return known && known->type->is(kind) ? known : tracer.value_of(value);
    }
    std::vector<jit::Value*> elements;
    if ((PyTuple_Check(object) || PyList_Check(object)) && (value.is_list() || value.is_tuple())) {
        const std::vector<IValue>& items = value.is_tuple() ? value.to_tuple().elements : value.to_list().items;
        for (size_t i = 0; i < items.size(); ++i)
            elements.push_back(traced_value(tracer, PySequence_Fast_GET_ITEM(object, i), items[i]));
    } else if (PyDict_Check(object) && value.is_dict()) {
        for (const auto& [key, item] : value.to_dict().items()) {
            elements.push_back(tracer.value_of(key));
            elements.push_back(traced_value(tracer, PyDict_GetItem(object, to_python(key).ptr()), item));
        }
    } else {
        return tracer.value_of(value);
    }
    return tracer.container(value, elements);
}

bool is_traced(nb::handle tensor) {
    jit::Tracer* tracer = jit::current_tracer();
    return tracer && tracer->is_known(IValue(tensor_in(tensor.ptr())));
}

nb::object traced_sizes(nb::handle tensor) { return trace_module().attr("sizes_of")(tensor); }
nb::object traced_numel(nb::handle tensor) { return trace_module().attr("numel_of")(tensor); }

void warn_of_constant(const Tensor& tensor, const char* becomes) {
    check_not_batched(tensor);
    if (jit::is_tracing()) warn(tensor, fmt::format("Converting a tensor to {}{}", becomes, kDataFlow));
}

void warn_of_length(const Tensor& tensor) {
    if (jit::is_tracing())
        warn(tensor,
             "Using len to get tensor shape might cause the trace to be incorrect. Recommended usage would be "
             "tensor.shape[0]. Passing a tensor of different shape might lead to errors or silently give incorrect "
             "results.");
}

void warn_of_iteration(const Tensor& tensor) {
    if (jit::is_tracing())
        warn(tensor,
             "Iterating over a tensor might cause the trace to be incorrect. Passing a tensor of different shape won't "
             "change the number of iterations executed (and might lead to errors or silently give incorrect results).");
}

void bind_tracing(nb::module_& module) {
    nb::class_<NumberHandle>(module, "_TracedNumber", "Where a number of a trace came from.");
    nb::class_<Trace>(module, "_Trace", "A trace that is being recorded on this thread (jit/_trace.py).")
        .def(nb::init<jit::Session&>(), nb::arg("session"), nb::keep_alive<1, 2>())
        .def("add_module", &Trace::add_module, nb::arg("class_name"), nb::arg("parameters"), nb::arg("buffers"),
             nb::arg("children"), nb::arg("training"))
        .def("add_compiled", &Trace::add_compiled, nb::arg("module"))
        .def("begin", &Trace::begin, nb::arg("name"), nb::arg("module").none(), nb::arg("names"), nb::arg("inputs"))
        .def("finish", &Trace::finish, nb::arg("outputs"))
        .def("abandon", &Trace::abandon)
        .def("enter", &Trace::enter, nb::arg("module"))
        .def("leave", &Trace::leave)
        .def("module", &Trace::module, nb::arg("module"));
    module.def("_is_tracing", &jit::is_tracing);
}

}  // namespace wick::python
