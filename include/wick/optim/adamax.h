#pragma once
// Adamax, Adam with the largest gradient in place of their mean square (Kingma and Ba 2014).

#include <wick/optim/optimizer.h>

namespace wick::optim {

class WICK_API AdamaxOptions : public LearningRate<AdamaxOptions> {
 public:
    AdamaxOptions(double lr = 2e-3) : lr_(lr) {}
    std::vector<Field> fields();
    /// OpError for values outside their range.
    void check() const;

    using Betas = std::tuple<double, double>;
    WICK_OPTION(double, lr);
    WICK_OPTION(Betas, betas) = {0.9, 0.999};
    WICK_OPTION(double, eps) = 1e-8;
    WICK_OPTION(double, weight_decay) = 0;
    WICK_OPTION(bool, maximize) = false;
};

struct WICK_API AdamaxState {
    Tensor step;
    Tensor exp_avg;
    Tensor exp_inf;
    std::vector<Field> fields();
};

/// g += weight_decay p;
/// exp_avg += (1 - β1) (g - exp_avg);
/// exp_inf = max(β2 exp_inf, |g| + eps);
/// p -= lr / (1 - β1^step) exp_avg / exp_inf.
WICK_API void step_of(const Tensor& parameter, const Tensor& gradient, AdamaxState& state,
                      const AdamaxOptions& options);

class Adamax : public OptimizerOf<AdamaxOptions, AdamaxState> {
 public:
    using OptimizerOf::OptimizerOf;
};

}  // namespace wick::optim
