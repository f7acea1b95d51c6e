#include <cmath>

#include <wick/optim/nadam.h>

#include "optim/moments.h"

namespace wick::optim {

std::vector<Field> NAdamOptions::fields() {
    return {{"lr", &lr_},
            {"betas", &betas_},
            {"eps", &eps_},
            {"weight_decay", &weight_decay_},
            {"momentum_decay", &momentum_decay_},
            {"decoupled_weight_decay", &decoupled_weight_decay_},
            {"maximize", &maximize_}};
}

void NAdamOptions::check() const {
    check_moments(*this);
    WICK_CHECK(momentum_decay_ >= 0, "Invalid momentum_decay value: {}", momentum_decay_);
}

std::vector<Field> NAdamState::fields() {
    return {{"step", &step}, {"mu_product", &mu_product}, {"exp_avg", &exp_avg}, {"exp_avg_sq", &exp_avg_sq}};
}

void step_of(const Tensor& parameter, const Tensor& gradient, NAdamState& state, const NAdamOptions& options) {
    check_strided(gradient, "NAdam");
    const double count = count_step(state.step);
    const auto momentum_at = [&](double time) {
        return std::get<0>(options.betas()) * (1 - 0.5 * std::pow(0.96, time * options.momentum_decay()));
    };
    const double mu = momentum_at(count), next = momentum_at(count + 1);
    if (!state.mu_product.defined()) state.mu_product = scalar_tensor(1.0, DType::float32);
    // As PyTorch, in the product's own precision.
    const double factor = scalar_tensor(mu, state.mu_product.dtype()).item().to_double();
    ops::fill(state.mu_product, state.mu_product.item().to_double() * factor);
    const double product = state.mu_product.item().to_double();
    kernels::AdamStep step = adam_step(options);
    step.direct = options.lr() * (1 - mu) / (1 - product);
    step.size = options.lr() * next / (1 - product * next);
    step.root = std::sqrt(1 - std::pow(step.beta2, count));
    update_moments(step, parameter, gradient, state);
}

}  // namespace wick::optim
