#include <cmath>

#include <wick/optim/radam.h>

#include "optim/moments.h"

namespace wick::optim {

std::vector<Field> RAdamOptions::fields() {
    return {{"lr", &lr_},
            {"betas", &betas_},
            {"eps", &eps_},
            {"weight_decay", &weight_decay_},
            {"maximize", &maximize_},
            {"decoupled_weight_decay", &decoupled_weight_decay_}};
}

void RAdamOptions::check() const { check_moments(*this); }

std::vector<Field> RAdamState::fields() {
    return {{"step", &step}, {"exp_avg", &exp_avg}, {"exp_avg_sq", &exp_avg_sq}};
}

void step_of(const Tensor& parameter, const Tensor& gradient, RAdamState& state, const RAdamOptions& options) {
    check_strided(gradient, "RAdam");
    const double count = count_step(state.step);
    kernels::AdamStep step = adam_step(options);
    const double bias1 = 1 - std::pow(step.beta1, count), bias2 = 1 - std::pow(step.beta2, count);
    step.size = options.lr() / bias1;
    // The mean square is used once it has seen enough gradients, by the paper's measure.
    const double limit = 2 / (1 - step.beta2) - 1, length = limit - 2 * count * (1 - bias2) / bias2;
    step.divides = length > 5;
    if (step.divides)
        step.size *= std::sqrt(bias2 * (length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length));
    update_moments(step, parameter, gradient, state);
}

}  // namespace wick::optim
