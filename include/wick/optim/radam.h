#pragma once
// RAdam, Adam whose first steps are taken without its mean square (Liu et al. 2019).

#include <wick/optim/optimizer.h>

namespace wick::optim {

class WICK_API RAdamOptions : public LearningRate<RAdamOptions> {
 public:
    RAdamOptions(double lr = 1e-3) : lr_(lr) {}
    std::vector<Field> fields();
    /// OpError for values outside their range.
    void check() const;

    using Betas = std::tuple<double, double>;
    WICK_OPTION(double, lr);
    WICK_OPTION(Betas, betas) = {0.9, 0.999};
    WICK_OPTION(double, eps) = 1e-8;
    WICK_OPTION(double, weight_decay) = 0;
    WICK_OPTION(bool, maximize) = false;
    WICK_OPTION(bool, decoupled_weight_decay) = false;
};

struct WICK_API RAdamState {
    Tensor step;
    Tensor exp_avg;
    Tensor exp_avg_sq;
    std::vector<Field> fields();
};

/// Weight decay and both averages are Adam's.
/// With ρ∞ = 2 / (1 - β2) - 1 and ρ = ρ∞ - 2 step β2^step / (1 - β2^step):
/// p -= lr / (1 - β1^step) exp_avg, and where ρ > 5 that times sqrt(1 - β2^step) sqrt((ρ - 4) (ρ - 2) ρ∞ / ((ρ∞ - 4)
///     (ρ∞ - 2) ρ)) / (sqrt(exp_avg_sq) + eps).
WICK_API void step_of(const Tensor& parameter, const Tensor& gradient, RAdamState& state, const RAdamOptions& options);

class RAdam : public OptimizerOf<RAdamOptions, RAdamState> {
 public:
    using OptimizerOf::OptimizerOf;
};

}  // namespace wick::optim
