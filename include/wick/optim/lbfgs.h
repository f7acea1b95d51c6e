#pragma once
// L-BFGS (Nocedal 1980) with a fixed step or a line search for the strong Wolfe conditions (Nocedal and Wright,
// Numerical Optimization, algorithms 7.4, 3.5 and 3.6). One step is up to max_iter iterations, each of which evaluates
// the closure; all parameters are one vector.

#include <wick/optim/optimizer.h>

namespace wick::optim {

class WICK_API LBFGSOptions : public LearningRate<LBFGSOptions> {
 public:
    LBFGSOptions(double lr = 1) : lr_(lr) {}
    std::vector<Field> fields();
    /// OpError for values outside their range.
    void check() const;

    WICK_OPTION(double, lr);
    WICK_OPTION(int64_t, max_iter) = 20;
    /// Evaluations of the closure per step; -1: max_iter * 5 / 4.
    WICK_OPTION(int64_t, max_eval) = -1;
    WICK_OPTION(double, tolerance_grad) = 1e-7;
    WICK_OPTION(double, tolerance_change) = 1e-9;
    WICK_OPTION(int64_t, history_size) = 100;
    /// "strong_wolfe" or nothing.
    WICK_OPTION(std::optional<std::string>, line_search_fn) = std::nullopt;
};

struct WICK_API LBFGSState {
    int64_t func_evals = 0;
    int64_t n_iter = 0;
    Tensor d;                                ///< the last direction
    double t = 0;                            ///< and how far it was followed
    std::vector<Tensor> old_dirs, old_stps;  ///< changes of the gradient, and the steps that made them
    std::vector<double> ro;                  ///< 1 / (their products)
    double H_diag = 1;                       ///< the scale of the inverse Hessian that the history starts from
    Tensor prev_flat_grad;
    double prev_loss = 0;
    std::vector<Field> fields();
};

/// One step. Gives what the closure returned first.
WICK_API Tensor step_of(const std::vector<Tensor>& parameters, LBFGSState& state, const LBFGSOptions& options,
                        const Optimizer::Closure& closure);

class WICK_API LBFGS : public OptimizerOf<LBFGSOptions, LBFGSState> {
 public:
    explicit LBFGS(std::vector<Tensor> parameters, LBFGSOptions options = {})
        : OptimizerOf(std::move(parameters), std::move(options)) {}
    /// The closure has to be there. OpError when groups were added.
    Tensor step(const Closure& closure) override;
};

}  // namespace wick::optim
