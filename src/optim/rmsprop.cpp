#include <wick/optim/rmsprop.h>
#include <wick/support/check.h>

#include "kernels/optimizer_steps.h"
#include "optim/update.h"

namespace wick::optim {

std::vector<Field> RMSpropOptions::fields() {
    return {{"lr", &lr_},
            {"momentum", &momentum_},
            {"alpha", &alpha_},
            {"eps", &eps_},
            {"centered", &centered_},
            {"weight_decay", &weight_decay_},
            {"maximize", &maximize_}};
}

void RMSpropOptions::check() const {
    WICK_CHECK(lr_ >= 0, "Invalid learning rate: {}", lr_);
    WICK_CHECK(eps_ >= 0, "Invalid epsilon value: {}", eps_);
    WICK_CHECK(momentum_ >= 0, "Invalid momentum value: {}", momentum_);
    WICK_CHECK(weight_decay_ >= 0, "Invalid weight_decay value: {}", weight_decay_);
    WICK_CHECK(alpha_ >= 0, "Invalid alpha value: {}", alpha_);
}

std::vector<Field> RMSpropState::fields() {
    return {
        {"step", &step}, {"square_avg", &square_avg}, {"momentum_buffer", &momentum_buffer}, {"grad_avg", &grad_avg}};
}

void step_of(const Tensor& parameter, const Tensor& gradient, RMSpropState& state, const RMSpropOptions& options) {
    check_strided(gradient, "RMSprop");
    count_step(state.step);
    const kernels::RmspropStep step{.lr = options.lr(),
                                    .alpha = options.alpha(),
                                    .eps = options.eps(),
                                    .weight_decay = options.weight_decay(),
                                    .momentum = options.momentum(),
                                    .maximize = options.maximize()};
    update_numbers([&](int64_t n, auto* p, const auto* g, auto* square, auto* mean,
                       auto* buffer) { kernels::rmsprop_step(step, n, p, g, square, mean, buffer); },
                   parameter, gradient, made_like(state.square_avg, parameter),
                   options.centered() ? made_like(state.grad_avg, parameter) : Tensor(),
                   options.momentum() > 0 ? made_like(state.momentum_buffer, parameter) : Tensor());
}

}  // namespace wick::optim
