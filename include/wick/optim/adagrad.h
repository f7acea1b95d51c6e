#pragma once
// Adagrad (Duchi, Hazan and Singer 2011).

#include <wick/optim/optimizer.h>

namespace wick::optim {

class WICK_API AdagradOptions : public LearningRate<AdagradOptions> {
 public:
    AdagradOptions(double lr = 1e-2) : lr_(lr) {}
    std::vector<Field> fields();
    /// OpError for values outside their range.
    void check() const;

    WICK_OPTION(double, lr);
    WICK_OPTION(double, lr_decay) = 0;
    WICK_OPTION(double, eps) = 1e-10;
    WICK_OPTION(double, weight_decay) = 0;
    WICK_OPTION(double, initial_accumulator_value) = 0;
    WICK_OPTION(bool, maximize) = false;
};

struct WICK_API AdagradState {
    Tensor step;
    Tensor sum;  ///< of the squared gradients
    std::vector<Field> fields();
};

/// g += weight_decay p;
/// sum += g², from initial_accumulator_value on;
/// p -= lr / (1 + (step - 1) lr_decay) g / (sqrt(sum) + eps).
/// A sparse gradient changes the entries that it names alone, and takes no weight_decay (OpError).
WICK_API void step_of(const Tensor& parameter, const Tensor& gradient, AdagradState& state,
                      const AdagradOptions& options);

class Adagrad : public OptimizerOf<AdagradOptions, AdagradState> {
 public:
    using OptimizerOf::OptimizerOf;
};

}  // namespace wick::optim
