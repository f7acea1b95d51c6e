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

/// The buffer of sparse gradients is sparse: it has what they ever named.
static void step_of_sparse(const Tensor& parameter, const Tensor& gradient, SGDState& state,
                           const SGDOptions& options) {
    WICK_CHECK(options.weight_decay() == 0, "add(sparse, dense) is not supported. Use add(dense, sparse) instead.");
    const auto scaled = [](const Tensor& tensor, double factor) {
        return ops::call("aten::mul.Scalar", tensor, factor);
    };
    Tensor direction = options.maximize() ? scaled(gradient, -1) : gradient;
    if (options.momentum() != 0) {
        Tensor& buffer = state.momentum_buffer;
        buffer = buffer.defined() ? ops::coalesce(ops::call("aten::add.Tensor", scaled(buffer, options.momentum()),
                                                            direction, 1 - options.dampening()))
                                  : ops::clone(direction);
        direction = options.nesterov() ? ops::call("aten::add.Tensor", direction, buffer, options.momentum()) : buffer;
    }
    ops::add_entries(parameter, direction, -options.lr());
}

void step_of(const Tensor& parameter, const Tensor& gradient, SGDState& state, const SGDOptions& options) {
    if (gradient.is_sparse()) return step_of_sparse(parameter, gradient, state, options);
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
