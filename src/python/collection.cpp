// Cycles that go through a tensor's attributes, and through what is recorded: a tensor's hooks and the ctx of a custom
// function may hold the tensor again. Python's collector sees the objects that a tensor is the only one to hold.

#include "autograd/history.h"
#include "python/bindings.h"
#include "python/custom_function.h"

namespace nb = nanobind;

namespace wick::python {
namespace {

using autograd::AutogradMeta;
using autograd::GradFunction;

/// What is recorded of the object's tensor, null when others may hold it too.
AutogradMeta* own_meta(PyObject* self) {
    if (!nb::inst_ready(self)) return nullptr;
    const Tensor& tensor = *nb::inst_ptr<Tensor>(self);
    return tensor.defined() && tensor.impl()->use_count() == 1 ? autograd::meta_of(*tensor.impl()) : nullptr;
}

GradFunction* own_function(const AutogradMeta& meta) {
    return meta.function() && meta.function()->use_count() == 1 ? meta.function().get() : nullptr;
}

int visit_hook(const std::shared_ptr<autograd::Hook>& hook, visitproc visit, void* arg) {
    if (const auto* python = hook->target<PythonHook>()) Py_VISIT(python->function->ptr());
    return 0;
}

int traverse(PyObject* self, visitproc visit, void* arg) {
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(*_PyObject_GetDictPtr(self));
    const AutogradMeta* meta = own_meta(self);
    if (!meta) return 0;
    for (const auto& hook : meta->hooks)
        if (const int stop = visit_hook(hook, visit, arg)) return stop;
    const GradFunction* function = own_function(*meta);
    if (!function) return 0;
    for (const auto& [output, hook] : function->hooks)
        if (const int stop = visit_hook(hook, visit, arg)) return stop;
    if (const auto* custom = dynamic_cast<const PythonFunction*>(function)) {
        Py_VISIT(custom->ctx().ptr());
        Py_VISIT(custom->type().ptr());
    }
    return 0;
}

int clear(PyObject* self) {
    Py_CLEAR(*_PyObject_GetDictPtr(self));
    AutogradMeta* meta = own_meta(self);
    if (!meta) return 0;
    // Taken out first: what goes with them may look at the tensor.
    const auto hooks = std::exchange(meta->hooks, {});
    if (!own_function(*meta)) return 0;
    const auto function = meta->set_function({});
    nb::inst_ptr<Tensor>(self)->impl()->requires_grad = false;
    return 0;
}

}  // namespace

const PyType_Slot kTensorCollection[] = {
    {Py_tp_traverse, reinterpret_cast<void*>(&traverse)}, {Py_tp_clear, reinterpret_cast<void*>(&clear)}, {0, nullptr}};

}  // namespace wick::python
