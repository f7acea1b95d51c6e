#include <wick/optim/sgd.h>
#include <wick/support/check.h>

#include "kernels/optimizer_steps.h"
#include "optim/update.h"

namespace wick::optim {

std::vector<Field> SGDOptions::fields() {
    return {{"lr", &lr_},
            {"momentum", &momentum_},
            {"dampening", &dampening_},
            {"weight_decay", &weight_decay_},
            {"nesterov", &nesterov_},
            {"maximize", &maximize_}};
}

void SGDOptions::check() const {
    WICK_CHECK(lr_ >= 0, "Invalid learning rate: {}", lr_);
    WICK_CHECK(momentum_ >= 0, "Invalid momentum value: {}", momentum_);
    WICK_CHECK(weight_decay_ >= 0, "Invalid weight_decay value: {}", weight_decay_);
    WICK_CHECK(!nesterov_ || (momentum_ > 0 && dampening_ == 0),
               "Nesterov momentum requires a momentum and zero dampening");
}

std::vector<Field> SGDState::fields() { return {{"momentum_buffer", &momentum_buffer}}; }

void step_of(const Tensor& parameter, const Tensor& gradient, SGDState& state, const SGDOptions& options) {
    const bool has_momentum = options.momentum() != 0, first = !state.momentum_buffer.defined();
    if (has_momentum) made_like(state.momentum_buffer, parameter);
    const kernels::SgdStep step{options.lr(),
                                options.momentum(),
                                options.dampening(),
                                options.weight_decay(),
                                options.nesterov(),
                                options.maximize(),
                                first};
    update_numbers([&](int64_t n, auto* p, const auto* g, auto* buffer) { kernels::sgd_step(step, n, p, g, buffer); },
                   parameter, gradient, has_momentum ? state.momentum_buffer : Tensor());
}

}  // namespace wick::optim
