// The updates of wick/optim: options and states are the dicts that Python's optimizers keep.

#include <fmt/format.h>
#include <nanobind/nanobind.h>
#include <string>
#include <vector>

#include <wick/optim/optim.h>
#include <wick/tensor/grad_mode.h>

#include "python/bindings.h"
#include "python/convert.h"
#include "python/errors.h"
#include "python/gil.h"

namespace nb = nanobind;

namespace wick::python {

namespace {

using optim::Field;

template <class Options>
Options options_in(nb::dict group) {
    Options options;
    for (const Field& field : options.fields()) field.set(to_ivalue(nb::object(group[field.name]).ptr()));
    return options;
}

/// What is kept about one parameter, taken out of Python's dict for a step.
template <class State>
class KeptState {
 public:
    KeptState(nb::dict states, nb::handle parameter) : states_(states), parameter_(nb::borrow(parameter)) {
        if (PyObject* found = PyDict_GetItemWithError(states.ptr(), parameter.ptr())) dict_ = nb::borrow(found);
        if (!dict_.is_valid()) return;
        for (const Field& field : state.fields())
            if (PyObject* value = PyDict_GetItemString(dict_.ptr(), field.name)) field.set(to_ivalue(value));
    }
    /// Tensors that were there have been changed in place.
    void put_back() {
        for (const Field& field : state.fields()) {
            const bool is_tensor = std::holds_alternative<Tensor*>(field.place);
            const IValue value = field.value();
            if (value.is_none()) continue;
            if (!dict_.is_valid()) {
                dict_ = nb::dict();
                states_[parameter_] = dict_;
            }
            PyObject* old = is_tensor ? PyDict_GetItemString(dict_.ptr(), field.name) : nullptr;
            if (old && python::is_tensor(old) && tensor_in(old).is_same(value.tensor_ref())) continue;
            dict_[field.name] = to_python(value);
        }
    }
    State state;

 private:
    nb::dict states_;
    nb::object parameter_;
    nb::object dict_;  ///< invalid when nothing is kept yet
};

template <class Options, class State>
void step(nb::dict group, nb::dict states) {
    const Options options = options_in<Options>(group);
    struct Update {
        Tensor parameter, gradient;
        KeptState<State> kept;
    };
    std::vector<Update> updates;
    for (nb::handle parameter : group["params"]) {
        const Tensor& tensor = tensor_in(parameter.ptr());
        if (Tensor gradient = tensor.grad(); gradient.defined())
            updates.push_back({tensor, std::move(gradient), {states, parameter}});
    }
    {
        const Unlocked unlocked;
        const NoGradGuard quiet;
        for (Update& update : updates) step_of(update.parameter, update.gradient, update.kept.state, options);
    }
    for (Update& update : updates) update.kept.put_back();
}

nb::object lbfgs_step(nb::dict group, nb::dict states, nb::object closure) {
    const auto options = options_in<optim::LBFGSOptions>(group);
    std::vector<Tensor> parameters;
    for (nb::handle parameter : group["params"]) parameters.push_back(tensor_in(parameter.ptr()));
    KeptState<optim::LBFGSState> kept(states, nb::object(group["params"])[0]);
    nb::object first;
    step_of(parameters, kept.state, options, [&] {
        nb::object loss = closure();
        if (!first.is_valid()) first = loss;
        if (is_tensor(loss.ptr())) return tensor_in(loss.ptr());
        return scalar_tensor(nb::cast<double>(loss), DType::float64);
    });
    kept.put_back();
    return first;
}

template <class Options>
void check(nb::dict group) {
    try {
        options_in<Options>(group).check();
    } catch (const OpError& error) {
        throw ValueError(error.what());
    }
}

template <class Options, class State>
void bind_steps(nb::module_& module, const std::string& name) {
    module.def(("_" + name + "_check").c_str(), &check<Options>, nb::arg("group"),
               "ValueError for options outside their range.");
    module.def(("_" + name + "_step").c_str(), &step<Options, State>, nb::arg("group"), nb::arg("states"),
               "Changes the parameters of a group that have gradients.");
}

}  // namespace

void bind_optim(nb::module_& module) {
    bind_steps<optim::SGDOptions, optim::SGDState>(module, "sgd");
    bind_steps<optim::AdamOptions, optim::AdamState>(module, "adam");
    bind_steps<optim::RMSpropOptions, optim::RMSpropState>(module, "rmsprop");
    bind_steps<optim::AdagradOptions, optim::AdagradState>(module, "adagrad");
    bind_steps<optim::AdadeltaOptions, optim::AdadeltaState>(module, "adadelta");
    bind_steps<optim::AdamaxOptions, optim::AdamaxState>(module, "adamax");
    bind_steps<optim::NAdamOptions, optim::NAdamState>(module, "nadam");
    bind_steps<optim::RAdamOptions, optim::RAdamState>(module, "radam");
    bind_steps<optim::RpropOptions, optim::RpropState>(module, "rprop");
    bind_steps<optim::SparseAdamOptions, optim::SparseAdamState>(module, "sparse_adam");
    bind_steps<optim::ASGDOptions, optim::ASGDState>(module, "asgd");
    module.def("_lbfgs_check", &check<optim::LBFGSOptions>, nb::arg("group"));
    module.def("_lbfgs_step", &lbfgs_step, nb::arg("group"), nb::arg("states"), nb::arg("closure"));
}

}  // namespace wick::python
