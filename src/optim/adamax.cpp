#include <cmath>

#include <wick/optim/adamax.h>

#include "optim/moments.h"

namespace wick::optim {

std::vector<Field> AdamaxOptions::fields() {
    return {
        {"lr", &lr_}, {"betas", &betas_}, {"eps", &eps_}, {"weight_decay", &weight_decay_}, {"maximize", &maximize_}};
}

void AdamaxOptions::check() const { check_moments(*this); }

std::vector<Field> AdamaxState::fields() { return {{"step", &step}, {"exp_avg", &exp_avg}, {"exp_inf", &exp_inf}}; }

void step_of(const Tensor& parameter, const Tensor& gradient, AdamaxState& state, const AdamaxOptions& options) {
    check_strided(gradient, "Adamax");
    const double count = count_step(state.step);
    const auto [beta1, beta2] = options.betas();
    const kernels::AdamaxStep step{.size = options.lr() / (1 - std::pow(beta1, count)),
                                   .beta1 = beta1,
                                   .beta2 = beta2,
                                   .eps = options.eps(),
                                   .weight_decay = options.weight_decay(),
                                   .maximize = options.maximize()};
    update_numbers([&](int64_t n, auto* p, const auto* g, auto* m,
                       auto* largest) { kernels::adamax_step(step, n, p, g, m, largest); },
                   parameter, gradient, made_like(state.exp_avg, parameter), made_like(state.exp_inf, parameter));
}

}  // namespace wick::optim
