#pragma once
// Adam (Kingma and Ba 2014), its variant AMSGrad (Reddi et al. 2018), and AdamW (Loshchilov and Hutter 2017), which
// shrinks the parameters themselves in place of adding to their gradients.

#include <wick/optim/optimizer.h>

namespace wick::optim {

class WICK_API AdamOptions : public LearningRate<AdamOptions> {
 public:
    AdamOptions(double lr = 1e-3) : lr_(lr) {}
    std::vector<Field> fields();
    /// OpError for values outside their range.
    void check() const;

    using Betas = std::tuple<double, double>;
    WICK_OPTION(double, lr);
    WICK_OPTION(Betas, betas) = {0.9, 0.999};
    WICK_OPTION(double, eps) = 1e-8;
    WICK_OPTION(double, weight_decay) = 0;
    WICK_OPTION(bool, amsgrad) = false;
    WICK_OPTION(bool, maximize) = false;
    /// The decay is AdamW's.
    WICK_OPTION(bool, decoupled_weight_decay) = false;
};

class AdamWOptions : public AdamOptions {
 public:
    AdamWOptions(double lr = 1e-3) : AdamOptions(lr) { weight_decay(1e-2).decoupled_weight_decay(true); }
};

struct WICK_API AdamState {
    Tensor step;  ///< how many there were: float32, of no dimension, as in the others
    Tensor exp_avg, exp_avg_sq;
    Tensor max_exp_avg_sq;  ///< with amsgrad
    std::vector<Field> fields();
};

/// With decoupled_weight_decay p *= 1 - lr weight_decay, else g += weight_decay p;
/// exp_avg += (1 - β1) (g - exp_avg);
/// exp_avg_sq = β2 exp_avg_sq + (1 - β2) g²;
/// p -= lr / (1 - β1^step) exp_avg / (sqrt(v) / sqrt(1 - β2^step) + eps), where v is exp_avg_sq, or with amsgrad the
///     largest that it has been.
WICK_API void step_of(const Tensor& parameter, const Tensor& gradient, AdamState& state, const AdamOptions& options);

class Adam : public OptimizerOf<AdamOptions, AdamState> {
 public:
    using OptimizerOf::OptimizerOf;
};

class AdamW : public Adam {
 public:
    explicit AdamW(std::vector<Tensor> parameters, AdamOptions options = AdamWOptions())
        : Adam(std::move(parameters), options.decoupled_weight_decay(true)) {}
};

}  // namespace wick::optim
