#pragma once
// Optimizer: changes parameters by their gradients. Names follow libtorch's torch::optim; numbers, and the form of what
// is saved, are those of PyTorch's Python optimizers.
//
//   wick::optim::SGD optimizer(parameters, wick::optim::SGDOptions(0.1).momentum(0.9));
//   optimizer.zero_grad();
//   loss(batch).backward();
//   optimizer.step();

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include <wick/optim/field.h>
#include <wick/support/error.h>

namespace wick::optim {

/// Parameters and their options, of an optimizer of any kind.
class OptimizerParamGroup {
 public:
    OptimizerParamGroup(const std::vector<Tensor>& params, OptimizerOptions& options)
        : params_(&params), options_(&options) {}
    const std::vector<Tensor>& params() const { return *params_; }
    /// Those of the optimizer's class: static_cast<AdamOptions&>(group.options()).betas({0.5, 0.9}).
    OptimizerOptions& options() const { return *options_; }
    static bool has_options() { return true; }

 private:
    const std::vector<Tensor>* params_;
    OptimizerOptions* options_;
};

/// An optimizer of any kind.
class WICK_API Optimizer {
 public:
    /// Computes the loss anew and leaves gradients in the parameters' grad.
    using Closure = std::function<Tensor()>;

    virtual ~Optimizer() = default;

    /// Changes every parameter that has a gradient, in place, and gives what `closure` returned, which is called first
    /// when there is one, in gradient mode.
    virtual Tensor step(const Closure& closure = {});
    /// Takes all gradients away, or fills them with zeros.
    void zero_grad(bool set_to_none = true);
    std::vector<Tensor> parameters() const;

    /// In their order. They refer to the optimizer's own, until it is given another group.
    std::vector<OptimizerParamGroup> param_groups();
    std::vector<double> learning_rates() const;
    void set_learning_rates(const std::vector<double>& rates);

    /// {"state": {0: {"exp_avg": …}, …}, "param_groups": [{"lr": …, "params": [0, …]}, …]}: PyTorch's own, so that
    /// each can continue what the other began. The tensors are the optimizer's own.
    IValue state_dict() const;
    /// Takes over such a dict, with copies of its tensors in the parameters' dtypes. OpError when the groups are of
    /// other lengths.
    void load_state_dict(const IValue& state_dict);

 protected:
    virtual size_t group_count() const = 0;
    virtual const std::vector<Tensor>& parameters_of(size_t group) const = 0;
    virtual std::vector<Field> options_of(size_t group) = 0;
    virtual OptimizerOptions& base_options_of(size_t group) = 0;
    /// What is kept about a parameter; empty when there is nothing, unless `creates`.
    virtual std::vector<Field> state_of(const Tensor& parameter, bool creates) = 0;
    virtual void update(size_t group, const Tensor& parameter, const Tensor& gradient) = 0;
};

/// The file that torch.load and wick.load read, with what state_dict gives; and back. Throws ArchiveError or OpError.
WICK_API void save(const Optimizer& optimizer, const std::string& path);
WICK_API void load(Optimizer& optimizer, const std::string& path);

/// OpError unless there are parameters, all of them leaves.
WICK_API void check_parameters(const std::vector<Tensor>& parameters);

/// An optimizer whose update of one parameter is the function `step_of(parameter, gradient, state, options)`. It stands
/// in the optimizer's header with its formula, where p is the parameter, g the gradient, or with `maximize` its
/// negative, step the number of this step, from 1 on, and other names are those of options and state. The dtype is any
/// of floating point, or a complex one, whose parts are numbers like others; 16-bit floats are computed with in
/// float32. OpError for a sparse gradient, unless the header says otherwise.
template <class OptionsType, class StateType>
class OptimizerOf : public Optimizer {
 public:
    using Options = OptionsType;
    using State = StateType;
    /// Parameters with options of their own.
    class ParamGroup {
     public:
        ParamGroup(std::vector<Tensor> params, Options options = {})
            : params_(std::move(params)), options_(std::move(options)) {}
        std::vector<Tensor>& params() { return params_; }
        const std::vector<Tensor>& params() const { return params_; }
        Options& options() { return options_; }
        static bool has_options() { return true; }
        const Options& options() const { return options_; }

     private:
        std::vector<Tensor> params_;
        Options options_;
    };

    explicit OptimizerOf(std::vector<Tensor> parameters, Options options = {})
        : OptimizerOf(std::vector<ParamGroup>{{std::move(parameters), std::move(options)}}) {}
    explicit OptimizerOf(std::vector<ParamGroup> groups) {
        for (ParamGroup& group : groups) add_param_group(std::move(group));
    }

    /// In their order; changing a group's options takes effect with the next step.
    std::vector<ParamGroup>& param_groups() { return groups_; }
    void add_param_group(ParamGroup group) {
        check_parameters(group.params());
        group.options().check();
        groups_.push_back(std::move(group));
    }

 protected:
    size_t group_count() const override { return groups_.size(); }
    const std::vector<Tensor>& parameters_of(size_t group) const override { return groups_[group].params(); }
    std::vector<Field> options_of(size_t group) override { return groups_[group].options().fields(); }
    OptimizerOptions& base_options_of(size_t group) override { return groups_[group].options(); }
    std::vector<Field> state_of(const Tensor& parameter, bool creates) override {
        const auto found = states_.find(parameter.impl());
        if (found != states_.end()) return found->second.fields();
        return creates ? states_[parameter.impl()].fields() : std::vector<Field>();
    }
    void update(size_t group, const Tensor& parameter, const Tensor& gradient) override {
        // LBFGS has no update of one parameter.
        if constexpr (requires(State state, const Options options) { step_of(parameter, gradient, state, options); })
            step_of(parameter, gradient, states_[parameter.impl()], groups_[group].options());
    }

    std::vector<ParamGroup> groups_;
    std::unordered_map<const TensorImpl*, State> states_;
};

}  // namespace wick::optim

namespace wick {
using optim::load;
using optim::save;
}  // namespace wick
