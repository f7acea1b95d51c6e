#include <cmath>

#include <wick/optim/adam.h>

#include "optim/moments.h"

namespace wick::optim {

std::vector<Field> AdamOptions::fields() {
    return {{"lr", &lr_},
            {"betas", &betas_},
            {"eps", &eps_},
            {"weight_decay", &weight_decay_},
            {"amsgrad", &amsgrad_},
            {"maximize", &maximize_},
            {"decoupled_weight_decay", &decoupled_weight_decay_}};
}

void AdamOptions::check() const { check_moments(*this); }

std::vector<Field> AdamState::fields() {
    return {{"step", &step}, {"exp_avg", &exp_avg}, {"exp_avg_sq", &exp_avg_sq}, {"max_exp_avg_sq", &max_exp_avg_sq}};
}

void step_of(const Tensor& parameter, const Tensor& gradient, AdamState& state, const AdamOptions& options) {
    check_strided(gradient, "Adam", ", please consider SparseAdam instead");
    const double count = count_step(state.step);
    kernels::AdamStep step = adam_step(options);
    step.size = options.lr() / (1 - std::pow(step.beta1, count));
    step.root = std::sqrt(1 - std::pow(step.beta2, count));
    update_moments(step, parameter, gradient, state,
                   options.amsgrad() ? made_like(state.max_exp_avg_sq, parameter) : Tensor());
}

}  // namespace wick::optim
