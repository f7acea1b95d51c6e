#pragma once
// Stochastic gradient descent with momentum (Sutskever et al. 2013, in the form of torch.optim.SGD).

#include <wick/optim/optimizer.h>

namespace wick::optim {

class WICK_API SGDOptions : public LearningRate<SGDOptions> {
 public:
    SGDOptions(double lr = 1e-3) : lr_(lr) {}
    std::vector<Field> fields();
    /// OpError for values outside their range.
    void check() const;

    WICK_OPTION(double, lr);
    WICK_OPTION(double, momentum) = 0;
    WICK_OPTION(double, dampening) = 0;
    WICK_OPTION(double, weight_decay) = 0;
    WICK_OPTION(bool, nesterov) = false;
    WICK_OPTION(bool, maximize) = false;
};

struct WICK_API SGDState {
    Tensor momentum_buffer;  ///< with momentum, from the first step on
    std::vector<Field> fields();
};

/// g += weight_decay p;
/// with momentum momentum_buffer = momentum momentum_buffer + (1 - dampening) g, or g at the first step, and g =
///     momentum_buffer, or with nesterov g + momentum momentum_buffer;
/// p -= lr g.
/// A sparse gradient changes the entries that it names alone, and takes no weight_decay (OpError).
WICK_API void step_of(const Tensor& parameter, const Tensor& gradient, SGDState& state, const SGDOptions& options);

class SGD : public OptimizerOf<SGDOptions, SGDState> {
 public:
    using OptimizerOf::OptimizerOf;
};

}  // namespace wick::optim
