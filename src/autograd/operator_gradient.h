#pragma once
// The GradFunction of an operator's call.

#include <string_view>
#include <vector>

#include "autograd/formula.h"
#include "autograd/saved_value.h"

namespace wick::autograd {

class OperatorGradient : public GradFunction {
 public:
    /// Saves what the gradients of those arguments need that want one. `overwritten` is about to be written to by the
    /// call.
    OperatorGradient(const jit::Operator& op, jit::Args args, const Tensor& overwritten = {});
    /// Gives the results their history: tensors of dtypes that have gradients, but those that are arguments. Saves what
    /// the gradients need of them.
    void set_results(jit::Args args, const IValue* results);

    std::vector<Tensor> apply(const std::vector<Tensor>& gradients) override;
    std::string name() const override;
    std::vector<std::pair<std::string, IValue>> saved() override;
    void release_saved() override;

 private:
    void save_arguments(jit::Args args, const Tensor& overwritten);
    /// What the wanted formulas need of each argument or each result.
    SmallVector<Formula::Need, 8> needs_of(std::vector<Formula::Need> Formula::*kind, size_t count) const;
    /// The edges of an argument: one of a tensor, one for each of a list.
    std::pair<size_t, size_t> edges_of(size_t argument) const;
    /// The number of the first, or SavedValue::kNoEdge.
    int32_t edge_of(size_t argument) const;
    bool is_wanted(size_t argument) const { return jit::contains(wanted_, argument); }
    bool is_wanted(const Formula& formula) const { return wanted_ & formula.gives; }
    void apply_formula(const Formula& formula, const std::vector<IValue>& saved, const std::vector<Tensor>& gradients,
                       std::vector<Tensor>& into);
    void apply_pointwise(size_t argument, const std::vector<IValue>& saved, const Tensor& gradient,
                         std::vector<Tensor>& into);
    /// The gradient of tensor number `tensor` among the results, zeros where there is none.
    IValue gradient_of(size_t tensor, const std::vector<Tensor>& gradients) const;
    void put(size_t argument, const IValue& gradient, std::vector<Tensor>& into) const;

    const jit::Operator& op_;
    const jit::OperatorDerivatives& derivatives_;
    SavedValues saved_;                  ///< one of each argument, one of each result
    jit::ArgumentSet wanted_ = 0;        ///< those that want a gradient, or have an element that does
    std::vector<uint32_t> list_sizes_;   ///< of the arguments that are lists of tensors
    SmallVector<int32_t, 4> output_of_;  ///< per tensor among the results: which output it is, or -1
    bool is_complex_ = false;            ///< a pointwise call with complex arguments
};

}  // namespace wick::autograd
