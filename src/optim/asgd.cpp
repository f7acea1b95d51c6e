#include <cmath>

#include <wick/optim/asgd.h>
#include <wick/support/check.h>

#include "kernels/optimizer_steps.h"
#include "optim/update.h"

namespace wick::optim {

std::vector<Field> ASGDOptions::fields() {
    return {{"lr", &lr_},
            {"lambd", &lambd_},
            {"alpha", &alpha_},
            {"t0", &t0_},
            {"weight_decay", &weight_decay_},
            {"maximize", &maximize_}};
}

void ASGDOptions::check() const {
    WICK_CHECK(lr_ >= 0, "Invalid learning rate: {}", lr_);
    WICK_CHECK(weight_decay_ >= 0, "Invalid weight_decay value: {}", weight_decay_);
}

std::vector<Field> ASGDState::fields() { return {{"step", &step}, {"eta", &eta}, {"mu", &mu}, {"ax", &ax}}; }

void step_of(const Tensor& parameter, const Tensor& gradient, ASGDState& state, const ASGDOptions& options) {
    check_strided(gradient, "ASGD");
    const double count = count_step(state.step);
    if (!state.eta.defined()) state.eta = scalar_tensor(options.lr(), DType::float32);
    if (!state.mu.defined()) state.mu = scalar_tensor(1.0, DType::float32);
    const double eta = state.eta.item().to_double();
    const kernels::AsgdStep step{.eta = eta,
                                 .kept = 1 - options.lambd() * eta,
                                 .mu = state.mu.item().to_double(),
                                 .weight_decay = options.weight_decay(),
                                 .maximize = options.maximize()};
    update_numbers([&](int64_t n, auto* p, const auto* g, auto* mean) { kernels::asgd_step(step, n, p, g, mean); },
                   parameter, gradient, made_like(state.ax, parameter));
    ops::fill(state.eta, options.lr() / std::pow(1 + options.lambd() * options.lr() * count, options.alpha()));
    ops::fill(state.mu, 1 / std::max(1.0, count - options.t0()));
}

}  // namespace wick::optim
