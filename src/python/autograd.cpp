// Gradients: what tensors know of them, backward passes, hooks, anomaly mode.

#include <fmt/format.h>
#include <memory>
#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <wick/autograd/anomaly.h>
#include <wick/autograd/autograd.h>
#include <wick/support/error.h>

#include "python/bindings.h"
#include "python/convert.h"
#include "python/custom_function.h"

namespace nb = nanobind;

namespace wick::python {

namespace {

using autograd::Edge;
using autograd::GradFunction;

/// What Python gets for where a gradient goes: a recorded function, or a leaf's collecting of it.
struct Node {
    Edge edge;
    std::string name() const { return edge.function ? edge.function->name() : "AccumulateGrad"; }
};

nb::object node_or_none(const Edge& edge) { return edge ? nb::cast(Node{edge}) : nb::none(); }

std::string python_stack() {
    const nb::gil_scoped_acquire locked;
    return nb::cast<std::string>(nb::str("").attr("join")(nb::module_::import_("traceback").attr("format_stack")()));
}

void warn_in_python(const std::string& text) {
    const nb::gil_scoped_acquire locked;
    if (PyErr_WarnEx(PyExc_UserWarning, text.c_str(), 1)) nb::raise_python_error();
}

void bind_anomaly_mode(nb::module_& module) {
    autograd::AnomalyMode::set_reporter({&python_stack, &warn_in_python});
    module.def("is_anomaly_enabled", &autograd::AnomalyMode::is_enabled);
    module.def("is_anomaly_check_nan_enabled", &autograd::AnomalyMode::should_check_nan);
    module.def("_set_anomaly_enabled", &autograd::AnomalyMode::set_enabled, nb::arg("enabled"),
               nb::arg("check_nan") = true);
}

void bind_node(nb::module_& module) {
    nb::class_<Node>(module, "_Node", "A recorded function, seen from its results.")
        .def("name", &Node::name)
        .def_prop_ro("next_functions",
                     [](const Node& self) {
                         nb::list next;
                         if (self.edge.function)
                             for (const Edge& edge : self.edge.function->edges)
                                 next.append(nb::make_tuple(node_or_none(edge), edge.output));
                         return nb::tuple(next);
                     })
        .def_prop_ro("variable",
                     [](const Node& self) {
                         if (!self.edge.leaf) throw nb::attribute_error("variable");
                         return to_python(Tensor(self.edge.leaf));
                     })
        .def(
            "__getattr__",
            [](const Node& self, const char* name) {
                const auto* custom = dynamic_cast<const PythonFunction*>(self.edge.function.get());
                if (!custom) throw nb::attribute_error(name);
                return nb::object(custom->ctx().attr(name));
            },
            "The attributes of a custom function's ctx.")
        .def("__eq__",
             [](const Node& self, nb::handle other) {
                 Node node;
                 return nb::try_cast(other, node) && node.edge.function == self.edge.function &&
                        node.edge.leaf == self.edge.leaf;
             })
        .def("__hash__",
             [](const Node& self) {
                 return self.edge.function ? reinterpret_cast<uintptr_t>(self.edge.function.get())
                                           : reinterpret_cast<uintptr_t>(self.edge.leaf.get());
             })
        .def("__repr__", [](nb::handle self) {
            return fmt::format("<{} object at {:#x}>", nb::cast<const Node&>(self).name(),
                               reinterpret_cast<uintptr_t>(self.ptr()));
        });
}

}  // namespace

void bind_gradients_of(nb::class_<Tensor>& tensor) {
    tensor.def_prop_ro("is_leaf", &Tensor::is_leaf)
        .def_prop_ro("grad_fn",
                     [](const Tensor& self) {
                         const Edge edge = autograd::gradient_edge(self);
                         return edge.function ? node_or_none(edge) : nb::none();
                     })
        .def_prop_rw(
            "grad", [](const Tensor& self) { return tensor_or_none(self.grad()); },
            [](const Tensor& self, nb::handle grad) { self.set_grad(tensor_or_undefined(grad)); },
            nb::arg("grad").none())
        .def_prop_rw("requires_grad", &Tensor::requires_grad,
                     [](const Tensor& self, bool on) { self.set_requires_grad(on); })
        .def(
            "requires_grad_",
            [](nb::object self, bool on) {
                tensor_in(self.ptr()).set_requires_grad(on);
                return self;
            },
            nb::arg("requires_grad") = true)
        .def_prop_ro("_version", [](const Tensor& self) { return self.impl()->storage->version(); })
        .def_prop_ro("retains_grad", &Tensor::retains_grad)
        .def("retain_grad", &Tensor::retain_grad)
        .def(
            "backward",
            [](const Tensor& self, nb::handle gradient, std::optional<bool> retain_graph, bool create_graph,
               nb::handle inputs) {
                const Tensor given = tensor_or_undefined(gradient);
                const std::vector<Tensor> wanted =
                    is_tensor(inputs.ptr()) ? std::vector{tensor_in(inputs.ptr())} : tensors_of(inputs);
                const nb::gil_scoped_release unlocked;
                autograd::backward({self}, {given}, retain_graph, create_graph, wanted);
            },
            nb::arg("gradient") = nb::none(), nb::arg("retain_graph") = nb::none(), nb::arg("create_graph") = false,
            nb::arg("inputs") = nb::none(), "Adds the gradients of the leaves to their grad.")
        .def(
            "register_hook",
            [](const Tensor& self, nb::object hook) {
                return autograd::register_hook(self, PythonHook{keep(std::move(hook))});
            },
            nb::arg("hook"),
            "Calls `hook` with each gradient of the tensor; what it returns, unless None, takes the gradient's place.");
}

void bind_autograd(nb::module_& module) {
    bind_node(module);
    nb::class_<autograd::HookHandle>(module, "RemovableHandle").def("remove", [](const autograd::HookHandle& self) {
        self.remove();
    });
    module.def(
        "_backward",
        [](nb::handle tensors, nb::handle gradients, std::optional<bool> retain_graph, bool create_graph,
           nb::handle inputs) {
            const std::vector<Tensor> from = tensors_of(tensors), given = tensors_of(gradients),
                                      wanted = tensors_of(inputs);
            const nb::gil_scoped_release unlocked;
            autograd::backward(from, given, retain_graph, create_graph, wanted);
        },
        nb::arg("tensors"), nb::arg("gradients").none(), nb::arg("retain_graph").none(), nb::arg("create_graph"),
        nb::arg("inputs").none());
    module.def(
        "_grad",
        [](nb::handle outputs, nb::handle inputs, nb::handle gradients, std::optional<bool> retain_graph,
           bool create_graph, bool allow_unused) {
            const std::vector<Tensor> from = tensors_of(outputs), wanted = tensors_of(inputs),
                                      given = tensors_of(gradients);
            std::vector<Tensor> found;
            {
                const nb::gil_scoped_release unlocked;
                found = autograd::grad(from, wanted, given, retain_graph, create_graph, allow_unused);
            }
            nb::list list;
            for (const Tensor& gradient : found) list.append(tensor_or_none(gradient));
            return nb::tuple(list);
        },
        nb::arg("outputs"), nb::arg("inputs"), nb::arg("gradients").none(), nb::arg("retain_graph").none(),
        nb::arg("create_graph"), nb::arg("allow_unused"));
    bind_custom_functions(module);
    bind_anomaly_mode(module);
}

}  // namespace wick::python
