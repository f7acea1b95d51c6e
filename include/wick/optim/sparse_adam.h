#pragma once
// Adam for sparse gradients (torch.optim.SparseAdam): means and parameters change where the gradient has entries alone.

#include <wick/optim/optimizer.h>

namespace wick::optim {

class WICK_API SparseAdamOptions : public LearningRate<SparseAdamOptions> {
 public:
    SparseAdamOptions(double lr = 1e-3) : lr_(lr) {}
    std::vector<Field> fields();
    /// OpError for values outside their range.
    void check() const;

    using Betas = std::tuple<double, double>;
    WICK_OPTION(double, lr);
    WICK_OPTION(Betas, betas) = {0.9, 0.999};
    WICK_OPTION(double, eps) = 1e-8;
    WICK_OPTION(bool, maximize) = false;
};

struct WICK_API SparseAdamState {
    int64_t step = 0;
    Tensor exp_avg, exp_avg_sq;
    std::vector<Field> fields();
};

/// Adam's step, without weight decay, of the entries that the gradient names.
/// eps is added to sqrt(exp_avg_sq), before bias is corrected.
/// OpError for a strided gradient.
WICK_API void step_of(const Tensor& parameter, const Tensor& gradient, SparseAdamState& state,
                      const SparseAdamOptions& options);

class SparseAdam : public OptimizerOf<SparseAdamOptions, SparseAdamState> {
 public:
    using OptimizerOf::OptimizerOf;
};

}  // namespace wick::optim
