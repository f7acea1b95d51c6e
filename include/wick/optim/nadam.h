#pragma once
// NAdam, Adam with Nesterov's momentum (Dozat 2016), in the form of torch.optim.NAdam.

#include <wick/optim/optimizer.h>

namespace wick::optim {

class WICK_API NAdamOptions : public LearningRate<NAdamOptions> {
 public:
    NAdamOptions(double lr = 2e-3) : lr_(lr) {}
    std::vector<Field> fields();
    /// OpError for values outside their range.
    void check() const;

    using Betas = std::tuple<double, double>;
    WICK_OPTION(double, lr);
    WICK_OPTION(Betas, betas) = {0.9, 0.999};
    WICK_OPTION(double, eps) = 1e-8;
    WICK_OPTION(double, weight_decay) = 0;
    WICK_OPTION(double, momentum_decay) = 4e-3;
    WICK_OPTION(bool, decoupled_weight_decay) = false;
    WICK_OPTION(bool, maximize) = false;
};

struct WICK_API NAdamState {
    Tensor step;
    Tensor mu_product;  ///< of the momenta of all steps
    Tensor exp_avg;
    Tensor exp_avg_sq;
    std::vector<Field> fields();
};

/// Weight decay and both averages are Adam's.
/// With μ(t) = β1 (1 - 0.96^(t momentum_decay) / 2) and mu_product = μ(1) … μ(step):
/// p -= lr ((1 - μ(step)) / (1 - mu_product) g + μ(step + 1) / (1 - mu_product μ(step + 1)) exp_avg) /
///     (sqrt(exp_avg_sq) / sqrt(1 - β2^step) + eps).
WICK_API void step_of(const Tensor& parameter, const Tensor& gradient, NAdamState& state, const NAdamOptions& options);

class NAdam : public OptimizerOf<NAdamOptions, NAdamState> {
 public:
    using OptimizerOf::OptimizerOf;
};

}  // namespace wick::optim
