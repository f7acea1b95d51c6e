#include <cmath>

#include <wick/optim/adam.h>
#include <wick/support/check.h>

#include "kernels/optimizer_steps.h"
#include "optim/update.h"

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

void AdamOptions::check() const {
    WICK_CHECK(lr_ >= 0, "Invalid learning rate: {}", lr_);
    WICK_CHECK(eps_ >= 0, "Invalid epsilon value: {}", eps_);
    WICK_CHECK(betas_.first >= 0 && betas_.first < 1, "Invalid beta parameter at index 0: {}", betas_.first);
    WICK_CHECK(betas_.second >= 0 && betas_.second < 1, "Invalid beta parameter at index 1: {}", betas_.second);
    WICK_CHECK(weight_decay_ >= 0, "Invalid weight_decay value: {}", weight_decay_);
}

std::vector<Field> AdamState::fields() {
    return {{"step", &step}, {"exp_avg", &exp_avg}, {"exp_avg_sq", &exp_avg_sq}, {"max_exp_avg_sq", &max_exp_avg_sq}};
}

void step_of(const Tensor& parameter, const Tensor& gradient, AdamState& state, const AdamOptions& options) {
    const double count = count_step(state.step);
    const auto [beta1, beta2] = options.betas();
    const kernels::AdamStep step{.lr = options.lr(),
                                 .beta1 = beta1,
                                 .beta2 = beta2,
                                 .eps = options.eps(),
                                 .weight_decay = options.weight_decay(),
                                 .bias1 = 1 - std::pow(beta1, count),
                                 .bias2 = 1 - std::pow(beta2, count),
                                 .decoupled = options.decoupled_weight_decay(),
                                 .maximize = options.maximize()};
    update_numbers([&](int64_t n, auto* p, const auto* g, auto* m, auto* v,
                       auto* largest) { kernels::adam_step(step, n, p, g, m, v, largest); },
                   parameter, gradient, made_like(state.exp_avg, parameter), made_like(state.exp_avg_sq, parameter),
                   options.amsgrad() ? made_like(state.max_exp_avg_sq, parameter) : Tensor());
}

}  // namespace wick::optim
