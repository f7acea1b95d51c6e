#pragma once
// Adadelta (Zeiler 2012).

#include <wick/optim/optimizer.h>

namespace wick::optim {

class WICK_API AdadeltaOptions : public LearningRate<AdadeltaOptions> {
 public:
    AdadeltaOptions(double lr = 1.0) : lr_(lr) {}
    std::vector<Field> fields();
    /// OpError for values outside their range.
    void check() const;

    WICK_OPTION(double, lr);
    WICK_OPTION(double, rho) = 0.9;
    WICK_OPTION(double, eps) = 1e-6;
    WICK_OPTION(double, weight_decay) = 0;
    WICK_OPTION(bool, maximize) = false;
};

struct WICK_API AdadeltaState {
    Tensor step;
    Tensor square_avg;
    Tensor acc_delta;  ///< mean of the squared changes
    std::vector<Field> fields();
};

/// g += weight_decay p;
/// square_avg = rho square_avg + (1 - rho) g²;
/// d = sqrt(acc_delta + eps) / sqrt(square_avg + eps) g;
/// acc_delta = rho acc_delta + (1 - rho) d²;
/// p -= lr d.
WICK_API void step_of(const Tensor& parameter, const Tensor& gradient, AdadeltaState& state,
                      const AdadeltaOptions& options);

class Adadelta : public OptimizerOf<AdadeltaOptions, AdadeltaState> {
 public:
    using OptimizerOf::OptimizerOf;
};

}  // namespace wick::optim
