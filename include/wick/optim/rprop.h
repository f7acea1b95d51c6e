#pragma once
// Rprop (Riedmiller and Braun 1993): steps of a size that grows while a gradient keeps its sign.

#include <wick/optim/optimizer.h>

namespace wick::optim {

class WICK_API RpropOptions : public LearningRate<RpropOptions> {
 public:
    RpropOptions(double lr = 1e-2) : lr_(lr) {}
    std::vector<Field> fields();
    /// OpError for values outside their range.
    void check() const;

    using Two = std::tuple<double, double>;
    WICK_OPTION(double, lr);
    WICK_OPTION(Two, etas) = {0.5, 1.2};
    WICK_OPTION(Two, step_sizes) = {1e-6, 50};
    WICK_OPTION(bool, maximize) = false;
};

struct WICK_API RpropState {
    Tensor step;
    Tensor prev;  ///< the gradient of the step before, zero where it turned
    Tensor step_size;
    std::vector<Field> fields();
};

/// step_size, lr at first, is multiplied by the second of etas where g has the sign of prev and by the first where it
///     turned, and held within step_sizes;
/// where it turned, g = 0;
/// p -= sign(g) step_size;
/// prev = g.
WICK_API void step_of(const Tensor& parameter, const Tensor& gradient, RpropState& state, const RpropOptions& options);

class Rprop : public OptimizerOf<RpropOptions, RpropState> {
 public:
    using OptimizerOf::OptimizerOf;
};

}  // namespace wick::optim
