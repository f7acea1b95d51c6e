#pragma once
// ASGD, descent that keeps the mean of where it came by (Polyak and Juditsky 1992).

#include <wick/optim/optimizer.h>

namespace wick::optim {

class WICK_API ASGDOptions : public LearningRate<ASGDOptions> {
 public:
    ASGDOptions(double lr = 1e-2) : lr_(lr) {}
    std::vector<Field> fields();
    /// OpError for values outside their range.
    void check() const;

    WICK_OPTION(double, lr);
    WICK_OPTION(double, lambd) = 1e-4;
    WICK_OPTION(double, alpha) = 0.75;
    WICK_OPTION(double, t0) = 1e6;
    WICK_OPTION(double, weight_decay) = 0;
    WICK_OPTION(bool, maximize) = false;
};

struct WICK_API ASGDState {
    Tensor step;
    Tensor eta;  ///< the size of the next step
    Tensor mu;   ///< the weight of the next place in the mean
    Tensor ax;   ///< the mean of the places, from step t0 on
    std::vector<Field> fields();
};

/// g += weight_decay p;
/// p = (1 - lambd eta) p - eta g;
/// ax += mu (p - ax).
/// Then eta = lr / (1 + lambd lr step)^alpha, and mu = 1 / max(1, step - t0);
/// they are lr and 1 at first.
WICK_API void step_of(const Tensor& parameter, const Tensor& gradient, ASGDState& state, const ASGDOptions& options);

class ASGD : public OptimizerOf<ASGDOptions, ASGDState> {
 public:
    using OptimizerOf::OptimizerOf;
};

}  // namespace wick::optim
