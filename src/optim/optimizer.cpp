#include <unordered_map>

#include <wick/optim/optimizer.h>
#include <wick/support/check.h>
#include <wick/tensor/grad_mode.h>

#include "archive/torch_save.h"
#include "ops/sparse.h"
#include "ops/tensor_ops.h"

namespace wick::optim {
namespace {

IntrusivePtr<DictObject> empty_dict() { return make_dict(jit::any_type(), jit::any_type()); }

/// A copy for a parameter: of its dtype, but counts of steps stay what they are.
IValue adopted(const IValue& value, const Tensor& parameter, std::string_view name) {
    if (value.is_list()) {
        std::vector<IValue> items;
        for (const IValue& item : value.to_list().items) items.push_back(adopted(item, parameter, name));
        return IValue(make_list(value.to_list().element_type, std::move(items)));
    }
    if (!value.is_tensor()) return value;
    const Tensor copy = ops::clone(value.tensor_ref());
    return name == "step" ? copy : ops::to_dtype(copy, parameter.dtype());
}

const IValue& entry(const DictObject& dict, const char* name) {
    const IValue* found = dict.find(IValue(name));
    WICK_CHECK(found, "a state dict of an optimizer has an entry \"{}\"", name);
    return *found;
}

}  // namespace

void check_parameters(const std::vector<Tensor>& parameters) {
    WICK_CHECK(!parameters.empty(), "optimizer got an empty parameter list");
    for (const Tensor& parameter : parameters) WICK_CHECK(parameter.is_leaf(), "can't optimize a non-leaf Tensor");
}

Tensor Optimizer::step(const Closure& closure) {
    Tensor loss;
    if (closure) {
        const GradModeGuard recording(true);
        loss = closure();
    }
    const NoGradGuard quiet;
    for (size_t group = 0; group < group_count(); ++group)
        for (const Tensor& parameter : parameters_of(group))
            if (const Tensor gradient = parameter.grad(); gradient.defined()) update(group, parameter, gradient);
    return loss;
}

void Optimizer::zero_grad(bool set_to_none) {
    for (const Tensor& parameter : parameters()) {
        const Tensor gradient = parameter.grad();
        if (!gradient.defined()) continue;
        if (set_to_none)
            parameter.set_grad({});
        else
            parameter.set_grad(ops::call("aten::zeros_like", gradient));
    }
}

std::vector<Tensor> Optimizer::parameters() const {
    std::vector<Tensor> all;
    for (size_t group = 0; group < group_count(); ++group)
        all.insert(all.end(), parameters_of(group).begin(), parameters_of(group).end());
    return all;
}

std::vector<OptimizerParamGroup> Optimizer::param_groups() {
    std::vector<OptimizerParamGroup> groups;
    for (size_t group = 0; group < group_count(); ++group)
        groups.emplace_back(parameters_of(group), base_options_of(group));
    return groups;
}

std::vector<double> Optimizer::learning_rates() const {
    // Groups are places to write to as well; here they are read.
    std::vector<double> rates;
    for (const OptimizerParamGroup& group : const_cast<Optimizer&>(*this).param_groups())
        rates.push_back(group.options().get_lr());
    return rates;
}

void Optimizer::set_learning_rates(const std::vector<double>& rates) {
    WICK_CHECK(rates.size() == group_count(), "there are {} groups of parameters and {} learning rates", group_count(),
               rates.size());
    for (size_t group = 0; group < rates.size(); ++group) base_options_of(group).set_lr(rates[group]);
}

IValue Optimizer::state_dict() const {
    // Fields are places to write to as well; here they are read.
    auto& self = const_cast<Optimizer&>(*this);
    auto states = empty_dict();
    std::vector<IValue> groups;
    int64_t number = 0;
    for (size_t group = 0; group < group_count(); ++group) {
        auto options = empty_dict();
        for (const Field& field : self.options_of(group)) options->set(field.name, field.value());
        std::vector<int64_t> numbers;
        for (const Tensor& parameter : parameters_of(group)) {
            auto state = empty_dict();
            for (const Field& field : self.state_of(parameter, false))
                if (IValue value = field.value(); !value.is_none()) state->set(field.name, std::move(value));
            if (state->size() > 0) states->set(number, IValue(std::move(state)));
            numbers.push_back(number++);
        }
        options->set("params", numbers);
        groups.push_back(IValue(std::move(options)));
    }
    auto all = empty_dict();
    all->set("state", IValue(std::move(states)));
    all->set("param_groups", IValue(make_list(jit::any_type(), std::move(groups))));
    return IValue(std::move(all));
}

void Optimizer::load_state_dict(const IValue& state_dict) {
    const DictObject& states = entry(state_dict.to_dict(), "state").to_dict();
    const std::vector<IValue>& groups = entry(state_dict.to_dict(), "param_groups").to_list().items;
    WICK_CHECK(groups.size() == group_count(), "loaded state dict has a different number of parameter groups");
    for (size_t group = 0; group < groups.size(); ++group)
        WICK_CHECK(entry(groups[group].to_dict(), "params").to_list().items.size() == parameters_of(group).size(),
                   "loaded state dict contains a parameter group that doesn't match the size of optimizer's group");
    for (size_t group = 0; group < groups.size(); ++group) {
        const DictObject& options = groups[group].to_dict();
        for (const Field& field : options_of(group))
            if (const IValue* value = options.find(IValue(field.name))) field.set(*value);
        const std::vector<IValue>& numbers = entry(options, "params").to_list().items;
        for (size_t i = 0; i < numbers.size(); ++i) {
            const IValue* state = states.find(numbers[i]);
            if (!state) continue;
            const Tensor& parameter = parameters_of(group)[i];
            for (const Field& field : state_of(parameter, true))
                if (const IValue* value = state->to_dict().find(IValue(field.name)))
                    field.set(adopted(*value, parameter, field.name));
        }
    }
}

void save(const Optimizer& optimizer, const std::string& path) {
    archive::save_torch_file(optimizer.state_dict(), path);
}

void load(Optimizer& optimizer, const std::string& path) { optimizer.load_state_dict(archive::load_torch_file(path)); }

}  // namespace wick::optim
