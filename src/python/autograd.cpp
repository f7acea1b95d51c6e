// Gradients: what tensors know of them, backward passes, hooks, functions with a backward written in Python.

#include <fmt/format.h>
#include <memory>
#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <wick/autograd/autograd.h>
#include <wick/support/error.h>

#include "python/bindings.h"
#include "python/convert.h"

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

nb::object tensor_or_none(const Tensor& tensor) { return tensor.defined() ? to_python(tensor) : nb::none(); }

Tensor tensor_or_undefined(nb::handle object) {
    if (object.is_none()) return {};
    if (!is_tensor(object.ptr()))
        throw nb::type_error(
            fmt::format("expected Tensor or None, but got {}", Py_TYPE(object.ptr())->tp_name).c_str());
    return tensor_in(object.ptr());
}

std::vector<Tensor> tensors_of(nb::handle sequence) {
    std::vector<Tensor> tensors;
    if (sequence.is_none()) return tensors;
    for (nb::handle object : sequence) tensors.push_back(tensor_or_undefined(object));
    return tensors;
}

/// A Python object that wick keeps: whichever thread drops it takes the lock first.
using Kept = std::shared_ptr<nb::object>;
Kept keep(nb::object object) {
    return {new nb::object(std::move(object)), [](nb::object* kept) {
                const nb::gil_scoped_acquire locked;
                delete kept;
            }};
}

autograd::Hook hook_of(nb::object function) {
    return [kept = keep(std::move(function))](const Tensor& gradient) {
        const nb::gil_scoped_acquire locked;
        return tensor_or_undefined((*kept)(to_python(gradient)));
    };
}

/// The function of a custom autograd.Function's call.
class PythonFunction : public GradFunction {
 public:
    PythonFunction(std::string name, nb::object apply, nb::object release)
        : name_(std::move(name)), apply_(keep(std::move(apply))), release_(keep(std::move(release))) {}
    std::vector<Tensor> apply(const std::vector<Tensor>& gradients) override {
        const nb::gil_scoped_acquire locked;
        nb::list given;
        for (const Tensor& gradient : gradients) given.append(tensor_or_none(gradient));
        return tensors_of((*apply_)(given));
    }
    std::string name() const override { return name_; }
    void release_saved() override {
        const nb::gil_scoped_acquire locked;
        (*release_)();
    }

 private:
    const std::string name_;
    const Kept apply_;
    const Kept release_;
};

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
            [](const Tensor& self, nb::object hook) { return autograd::register_hook(self, hook_of(std::move(hook))); },
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
    module.def(
        "_record",
        [](const std::string& name, nb::handle inputs, nb::handle outputs, nb::object apply, nb::object release) {
            auto function = make_intrusive<PythonFunction>(name, std::move(apply), std::move(release));
            for (const Tensor& input : tensors_of(inputs))
                function->edges.push_back(input.defined() ? autograd::gradient_edge(input) : Edge());
            for (const Tensor& output : tensors_of(outputs)) autograd::set_history(output, function);
        },
        nb::arg("name"), nb::arg("inputs"), nb::arg("outputs"), nb::arg("apply"), nb::arg("release"),
        "Makes the outputs results of a function of the inputs whose backward is `apply`.");
}

}  // namespace wick::python
