// Gradients: what tensors know of them, backward passes, hooks, anomaly mode.

#include <fmt/format.h>
#include <memory>
#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>
#include <string>
#include <unordered_map>

#include <wick/autograd/anomaly.h>
#include <wick/autograd/autograd.h>
#include <wick/support/check.h>
#include <wick/support/error.h>

#include "autograd/engine.h"
#include "autograd/function_hooks.h"
#include "autograd/history.h"
#include "autograd/packed_tensor.h"
#include "ops/tensor_ops.h"
#include "python/bindings.h"
#include "python/convert.h"
#include "python/custom_function.h"
#include "python/gil.h"

namespace nb = nanobind;

namespace wick::python {

namespace {

using autograd::Edge;
using autograd::FunctionHooks;
using autograd::GradFunction;

/// What Python gets for where a gradient goes: a recorded function, or a leaf's collecting of it.
struct Node {
    Edge edge;
    std::string name() const { return edge.function ? edge.function->name() : "torch::autograd::AccumulateGrad"; }
};

std::string class_name_of(const Edge& edge) { return edge.function ? edge.function->name() : "AccumulateGrad"; }

/// An object of a class of the function's name, by which programs that draw graphs know it.
nb::object node_or_none(const Edge& edge) {
    if (!edge) return nb::none();
    static auto* const classes = new std::unordered_map<std::string, nb::object>;
    const std::string name = class_name_of(edge);
    nb::object& type = (*classes)[name];
    if (!type.is_valid()) type = nb::handle(&PyType_Type)(name, nb::make_tuple(nb::type<Node>()), nb::dict());
    const nb::object self = nb::inst_alloc(type);
    new (nb::inst_ptr<Node>(self)) Node{edge};
    nb::inst_mark_ready(self);
    return self;
}

nb::tuple tuple_of(const std::vector<Tensor>& gradients) {
    nb::list list;
    for (const Tensor& gradient : gradients) list.append(tensor_or_none(gradient));
    return nb::tuple(list);
}

/// What a hook gave in the place of gradients, unless that is None.
void replace(std::vector<Tensor>& gradients, nb::object given) {
    if (given.is_none()) return;
    const std::vector<Tensor> tensors =
        is_tensor(given.ptr()) ? std::vector{tensor_in(given.ptr())} : tensors_of(given);
    if (tensors.size() != gradients.size())
        throw nb::type_error(fmt::format("hook has returned an incorrect number of values (got {}, but expected {})",
                                         tensors.size(), gradients.size())
                                 .c_str());
    gradients = tensors;
}

autograd::HookHandle register_prehook(const Node& node, nb::object hook) {
    return autograd::register_before(node.edge, [hook = keep(std::move(hook))](std::vector<Tensor>& gradients) {
        const Locked locked;
        replace(gradients, (*hook)(tuple_of(gradients)));
    });
}

autograd::HookHandle register_hook(const Node& node, nb::object hook) {
    return autograd::register_after(
        node.edge, [hook = keep(std::move(hook))](std::vector<Tensor>& results, const std::vector<Tensor>& gradients) {
            const Locked locked;
            replace(results, (*hook)(tuple_of(results), tuple_of(gradients)));
        });
}

autograd::HookHandle register_post_accumulate_grad_hook(nb::handle self, nb::object hook) {
    const Tensor& tensor = tensor_in(self.ptr());
    const Edge edge = autograd::gradient_edge(tensor);
    if (!tensor.requires_grad()) throw OpError("cannot register a hook on a tensor that doesn't require gradient");
    if (!edge.leaf) throw OpError("post accumulate grad hooks cannot be registered on non-leaf tensors");
    // The object itself, by which programs know their parameters, as long as it lives.
    Kept object = keep(nb::steal(PyWeakref_NewRef(self.ptr(), nullptr)));
    return autograd::register_after(edge, [hook = keep(std::move(hook)), object, leaf = edge.leaf.get()](auto&, auto&) {
        const Locked locked;
        const nb::object found = (*object)();
        (*hook)(found.is_none() ? to_python(Tensor(IntrusivePtr<TensorImpl>(leaf))) : found);
    });
}

/// A dict of the node's own.
nb::object metadata_of(const Node& node) {
    const IntrusivePtr<FunctionHooks> hooks = autograd::function_hooks(node.edge, true);
    if (!hooks->metadata) hooks->metadata = keep(nb::dict());
    return *std::static_pointer_cast<nb::object>(hooks->metadata);
}

nb::object node_attribute(const Node& node, const std::string& name) {
    constexpr std::string_view kSaved = "_saved_";
    if (name.starts_with(kSaved) && node.edge.function)
        for (auto& [argument, value] : node.edge.function->saved())
            if (argument == std::string_view(name).substr(kSaved.size())) return to_python(value);
    const auto* custom = dynamic_cast<const PythonFunction*>(node.edge.function.get());
    if (!custom) throw nb::attribute_error(fmt::format("'{}' object has no attribute '{}'", node.name(), name).c_str());
    return nb::object(custom->ctx().attr(name.c_str()));
}

/// A saved tensor in the form that a hook of Python gave it.
class PackedObject : public autograd::PackedTensor {
 public:
    PackedObject(Kept packed, Kept unpack) : packed_(std::move(packed)), unpack_(std::move(unpack)) {}
    Tensor unpack() const override {
        const Locked locked;
        nb::object found = (*unpack_)(*packed_);
        if (!is_tensor(found.ptr()))
            throw nb::type_error(
                fmt::format("Output of saved tensor unpack_hook expected to be a Tensor but got result of type {}",
                            Py_TYPE(found.ptr())->tp_name)
                    .c_str());
        return tensor_in(found.ptr());
    }

 private:
    Kept packed_, unpack_;
};

void push_saved_tensors_hooks(nb::object pack, nb::object unpack) {
    autograd::push_packer([pack = keep(std::move(pack)), unpack = keep(std::move(unpack))](const Tensor& tensor) {
        const Locked locked;
        const NoGradGuard quiet;
        return IntrusivePtr<autograd::PackedTensor>(
            make_intrusive<PackedObject>(keep((*pack)(to_python(tensor))), unpack));
    });
}

/// A tensor whose gradient goes where that of the node's output goes, of that shape and without elements of its own.
Tensor tensor_at(const Node& node, uint32_t output) {
    if (node.edge.leaf) return Tensor(node.edge.leaf);
    const auto& outputs = node.edge.function->outputs;
    WICK_CHECK(output < outputs.size(), "output {} of a function that has {}", output, outputs.size());
    const Tensor made = autograd::zeros_for(outputs[output]);
    autograd::AutogradMeta& meta = autograd::make_meta(*made.impl());
    meta.set_function(node.edge.function);
    meta.output = output;
    made.impl()->requires_grad = true;
    return made;
}

std::string python_stack() {
    const Locked locked;
    return nb::cast<std::string>(nb::str("").attr("join")(nb::module_::import_("traceback").attr("format_stack")()));
}

void warn_in_python(const std::string& text) {
    const Locked locked;
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
        .def("register_hook", &register_hook, nb::arg("fn"),
             "Calls fn(grad_inputs, grad_outputs) when a backward pass has run the function; what it gives, unless "
             "None, "
             "takes the place of grad_inputs.")
        .def("register_prehook", &register_prehook, nb::arg("fn"),
             "Calls fn(grad_outputs) before a backward pass runs the function; what it gives, unless None, takes their "
             "place.")
        .def_prop_ro("metadata", &metadata_of)
        .def("__getattr__", &node_attribute,
             "What an operator's call has saved, as _saved_<argument>; the attributes of a custom function's ctx.")
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
            return fmt::format("<{} object at {:#x}>", class_name_of(nb::cast<const Node&>(self).edge),
                               reinterpret_cast<uintptr_t>(self.ptr()));
        });
}

}  // namespace

void bind_gradients_of(nb::class_<Tensor>& tensor) {
    tensor.def("register_post_accumulate_grad_hook", &register_post_accumulate_grad_hook, nb::arg("hook"),
               "Calls hook(tensor) after each backward pass that has added to the leaf's grad.");
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
        .def_prop_ro(
            "output_nr", [](const Tensor& self) { return autograd::gradient_edge(self).output; },
            "Which of its function's results it is.")
        .def_prop_ro("_version", [](const Tensor& self) { return self.impl()->version(); })
        .def_prop_ro("retains_grad", &Tensor::retains_grad)
        .def("retain_grad", &Tensor::retain_grad)
        .def(
            "backward",
            [](const Tensor& self, nb::handle gradient, std::optional<bool> retain_graph, bool create_graph,
               nb::handle inputs) {
                const Tensor given = tensor_or_undefined(gradient);
                const std::vector<Tensor> wanted =
                    is_tensor(inputs.ptr()) ? std::vector{tensor_in(inputs.ptr())} : tensors_of(inputs);
                const Unlocked unlocked;
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

void bind_graph(nb::module_& module) {
    module.def("_push_saved_tensors_hooks", &push_saved_tensors_hooks, nb::arg("pack"), nb::arg("unpack"));
    module.def("_pop_saved_tensors_hooks", &autograd::pop_packer);
    module.def(
        "_gradient_edge",
        [](const Tensor& tensor) {
            const Edge edge = autograd::gradient_edge(tensor);
            return nb::make_tuple(node_or_none(edge), edge.output);
        },
        nb::arg("tensor"), "(node, number of its output): where the tensor's gradient goes.");
    module.def("_tensor_at", &tensor_at, nb::arg("node"), nb::arg("output"));
    module.def("_current_pass", &autograd::current_pass);
    module.def(
        "_will_reach", [](const Tensor& tensor) { return autograd::will_reach(autograd::gradient_edge(tensor)); },
        nb::arg("tensor"), "Whether the backward pass that runs brings a gradient there.");
    module.def(
        "_increment_version", [](const Tensor& tensor) { tensor.impl()->storage->bump_version(); }, nb::arg("tensor"));
}

void bind_autograd(nb::module_& module) {
    bind_node(module);
    bind_graph(module);
    nb::class_<autograd::HookHandle>(module, "RemovableHandle").def("remove", [](const autograd::HookHandle& self) {
        self.remove();
    });
    module.def(
        "_backward",
        [](nb::handle tensors, nb::handle gradients, std::optional<bool> retain_graph, bool create_graph,
           nb::handle inputs) {
            const std::vector<Tensor> from = tensors_of(tensors), given = tensors_of(gradients),
                                      wanted = tensors_of(inputs);
            const Unlocked unlocked;
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
                const Unlocked unlocked;
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
