#include "python/custom_function.h"

#include <nanobind/stl/string.h>

#include "python/bindings.h"
#include "python/convert.h"
#include "python/gil.h"

namespace nb = nanobind;

namespace wick::python {
namespace {

/// What a custom function's forward leaves for its backward, and whatever attributes they set.
struct FunctionCtx {
    std::shared_ptr<autograd::AutogradContext> context;
};

/// A call whose forward runs.
struct FunctionCall {
    IntrusivePtr<PythonFunction> function;
};

}  // namespace

PythonFunction::PythonFunction(nb::object type, nb::tuple arguments)
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

nb::object PythonFunction::finish(nb::object returned) {
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

std::vector<Tensor> PythonFunction::backward(std::vector<Tensor> gradients) {
    const Locked locked;
    nb::list given, takes_tensor;
    for (const Tensor& gradient : gradients) given.append(tensor_or_none(gradient));
    for (bool is_one : takes_tensor_) takes_tensor.append(is_one);
    return tensors_of(type_->attr("_backward")(*ctx_, given, takes_tensor));
}

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

}  // namespace wick::python
