#pragma once
// RMSprop (Hinton, lecture notes 2012), centered (Graves 2013), with momentum, in the form of torch.optim.RMSprop.

#include <wick/optim/optimizer.h>

namespace wick::optim {

class WICK_API RMSpropOptions : public LearningRate<RMSpropOptions> {
 public:
    RMSpropOptions(double lr = 1e-2) : lr_(lr) {}
    std::vector<Field> fields();
    /// OpError for values outside their range.
    void check() const;

    WICK_OPTION(double, lr);
    WICK_OPTION(double, momentum) = 0;
    WICK_OPTION(double, alpha) = 0.99;
    WICK_OPTION(double, eps) = 1e-8;
    WICK_OPTION(bool, centered) = false;
    WICK_OPTION(double, weight_decay) = 0;
    WICK_OPTION(bool, maximize) = false;
};

struct WICK_API RMSpropState {
    Tensor step;
    Tensor square_avg;
    Tensor momentum_buffer;  ///< with momentum
    Tensor grad_avg;         ///< when centered
    std::vector<Field> fields();
};

/// g += weight_decay p;
/// square_avg = alpha square_avg + (1 - alpha) g²;
/// d = g / (sqrt(s) + eps), where s is square_avg, or when centered square_avg - grad_avg² with grad_avg += (1 - alpha)
///     (g - grad_avg);
/// with momentum momentum_buffer = momentum momentum_buffer + d, and d = momentum_buffer;
/// p -= lr d.
WICK_API void step_of(const Tensor& parameter, const Tensor& gradient, RMSpropState& state,
                      const RMSpropOptions& options);

class RMSprop : public OptimizerOf<RMSpropOptions, RMSpropState> {
 public:
    using OptimizerOf::OptimizerOf;
};

}  // namespace wick::optim
