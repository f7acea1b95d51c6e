// Gradients: what tensors know of them, backward passes, hooks, functions with a backward written in Python.

#include <fmt/format.h>
#include <memory>
#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <wick/autograd/anomaly.h>
#include <wick/autograd/autograd.h>
#include <wick/autograd/function.h>
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

/// What a custom function's forward leaves for its backward, and whatever attributes they set.
struct FunctionCtx {
    std::shared_ptr<autograd::AutogradContext> context;
};

/// The record of a call of a custom autograd.Function, which knows how its backward is called: `_backward` of the
/// class.
class PythonFunction : public autograd::CustomFunction {
 public:
    PythonFunction(nb::object type, nb::tuple arguments)
        : name_(nb::cast<std::string>(type.attr("__name__")) + "Backward"),
          type_(keep(std::move(type))),
          ctx_(keep(nb::cast(FunctionCtx{context}))) {
        nb::list needs;
        for (nb::handle argument : arguments) {
            const bool is_one = is_tensor(argument.ptr());
            add_argument(is_one ? tensor_in(argument.ptr()) : Tensor());
            takes_tensor_.push_back(is_one);
            needs.append(context->needs_input_grad(takes_tensor_.size() - 1));
        }
        ctx_->attr("needs_input_grad") = nb::tuple(needs);
    }
    std::string name() const override { return name_; }
    const nb::object& ctx() const { return *ctx_; }

    /// What apply returns for what forward has returned.
    nb::object finish(nb::object returned) {
        const bool is_tuple = nb::isinstance<nb::tuple>(returned);
        const nb::tuple given = is_tuple ? nb::borrow<nb::tuple>(returned) : nb::make_tuple(returned);
        std::vector<Tensor> results;
        for (nb::handle item : given) results.push_back(is_tensor(item.ptr()) ? tensor_in(item.ptr()) : Tensor());
        set_results(results);
        nb::list finished;
        for (size_t i = 0; i < results.size(); ++i) {
            const bool is_same = !results[i].defined() || results[i].impl() == tensor_in(given[i].ptr()).impl();
            finished.append(is_same ? nb::object(given[i]) : to_python(results[i]));
        }
        return is_tuple ? nb::object(nb::tuple(finished)) : nb::object(finished[0]);
    }

 protected:
    std::vector<Tensor> backward(std::vector<Tensor> gradients) override {
        const nb::gil_scoped_acquire locked;
        nb::list given, takes_tensor;
        for (const Tensor& gradient : gradients) given.append(tensor_or_none(gradient));
        for (bool is_one : takes_tensor_) takes_tensor.append(is_one);
        return tensors_of(type_->attr("_backward")(*ctx_, given, takes_tensor));
    }

 private:
    const std::string name_;
    const Kept type_;
    const Kept ctx_;
    std::vector<bool> takes_tensor_;
};

/// A call whose forward runs.
struct FunctionCall {
    IntrusivePtr<PythonFunction> function;
};

void bind_custom_functions(nb::module_& module) {
    nb::class_<FunctionCtx>(module, "_FunctionCtx", "What a custom function's forward leaves for its backward.",
                            nb::dynamic_attr(), nb::is_weak_referenceable())
        .def(
            "save_for_backward",
            [](const FunctionCtx& self, nb::args tensors) { self.context->save_for_backward(tensors_of(tensors)); },
            "Keeps arguments and results of forward, and other tensors, for `saved_tensors`.")
        .def_prop_ro("saved_tensors",
                     [](const FunctionCtx& self) {
                         nb::list list;
                         for (const Tensor& tensor : self.context->get_saved_variables())
                             list.append(tensor_or_none(tensor));
                         return nb::tuple(list);
                     })
        .def(
            "mark_dirty",
            [](const FunctionCtx& self, nb::args tensors) { self.context->mark_dirty(tensors_of(tensors)); },
            "Says which arguments forward has changed in place; each has to be among the results.")
        .def(
            "mark_non_differentiable",
            [](const FunctionCtx& self, nb::args tensors) {
                self.context->mark_non_differentiable(tensors_of(tensors));
            },
            "Says which results have no gradient; backward gets zeros for them.")
        .def(
            "set_materialize_grads",
            [](const FunctionCtx& self, bool value) { self.context->set_materialize_grads(value); }, nb::arg("value"),
            "Whether backward gets zeros for results without a gradient (the default), or None.");
    nb::class_<FunctionCall>(module, "_FunctionCall", "A call of a custom function.")
        .def(
            "__init__",
            [](FunctionCall* self, nb::object type, nb::tuple arguments) {
                new (self) FunctionCall{make_intrusive<PythonFunction>(std::move(type), std::move(arguments))};
            },
            nb::arg("type"), nb::arg("arguments"))
        .def_prop_ro("ctx", [](const FunctionCall& self) { return self.function->ctx(); })
        .def(
            "finish",
            [](const FunctionCall& self, nb::object result) { return self.function->finish(std::move(result)); },
            nb::arg("result").none(), "Records the call; gives its results with their history.");
}

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
    bind_custom_functions(module);
    bind_anomaly_mode(module);
}

}  // namespace wick::python
