#pragma once
// What Adam and its kin have in common: the ranges of their options, and the two means of the gradients.

#include <wick/support/check.h>

#include "kernels/optimizer_steps.h"
#include "optim/update.h"

namespace wick::optim {

template <class Options>
void check_moments(const Options& options) {
    const auto [beta1, beta2] = options.betas();
    WICK_CHECK(options.lr() >= 0, "Invalid learning rate: {}", options.lr());
    WICK_CHECK(options.eps() >= 0, "Invalid epsilon value: {}", options.eps());
    WICK_CHECK(beta1 >= 0 && beta1 < 1, "Invalid beta parameter at index 0: {}", beta1);
    WICK_CHECK(beta2 >= 0 && beta2 < 1, "Invalid beta parameter at index 1: {}", beta2);
    WICK_CHECK(options.weight_decay() >= 0, "Invalid weight_decay value: {}", options.weight_decay());
}

/// A step without its size yet.
template <class Options>
kernels::AdamStep adam_step(const Options& options) {
    const bool decoupled = options.decoupled_weight_decay();
    return {.beta1 = std::get<0>(options.betas()),
            .beta2 = std::get<1>(options.betas()),
            .eps = options.eps(),
            .weight_decay = decoupled ? 0 : options.weight_decay(),
            .kept = decoupled ? 1 - options.lr() * options.weight_decay() : 1,
            .maximize = options.maximize(),
            .size = 0,
            .direct = 0,
            .root = 1,
            .divides = true};
}

template <class State>
void update_moments(const kernels::AdamStep& step, const Tensor& parameter, const Tensor& gradient, State& state,
                    const Tensor& largest = {}) {
    update_numbers([&](int64_t n, auto* p, const auto* g, auto* m, auto* v,
                       auto* most) { kernels::adam_step(step, n, p, g, m, v, most); },
                   parameter, gradient, made_like(state.exp_avg, parameter), made_like(state.exp_avg_sq, parameter),
                   largest);
}

}  // namespace wick::optim
