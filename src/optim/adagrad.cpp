#include <wick/optim/adagrad.h>
#include <wick/support/check.h>

#include "kernels/optimizer_steps.h"
#include "optim/update.h"

namespace wick::optim {

std::vector<Field> AdagradOptions::fields() {
    return {{"lr", &lr_},
            {"lr_decay", &lr_decay_},
            {"eps", &eps_},
            {"weight_decay", &weight_decay_},
            {"initial_accumulator_value", &initial_accumulator_value_},
            {"maximize", &maximize_}};
}

void AdagradOptions::check() const {
    WICK_CHECK(lr_ >= 0, "Invalid learning rate: {}", lr_);
    WICK_CHECK(lr_decay_ >= 0, "Invalid lr_decay value: {}", lr_decay_);
    WICK_CHECK(weight_decay_ >= 0, "Invalid weight_decay value: {}", weight_decay_);
    WICK_CHECK(initial_accumulator_value_ >= 0, "Invalid initial_accumulator_value value: {}",
               initial_accumulator_value_);
    WICK_CHECK(eps_ >= 0, "Invalid epsilon value: {}", eps_);
}

std::vector<Field> AdagradState::fields() { return {{"step", &step}, {"sum", &sum}}; }

void step_of(const Tensor& parameter, const Tensor& gradient, AdagradState& state, const AdagradOptions& options) {
    WICK_CHECK(!gradient.is_sparse() || options.weight_decay() == 0,
               "weight_decay option is not compatible with sparse gradients");
    const double count = count_step(state.step);
    if (!state.sum.defined()) state.sum = filled_like(parameter, options.initial_accumulator_value());
    const kernels::AdagradStep step{.lr = options.lr() / (1 + (count - 1) * options.lr_decay()),
                                    .eps = options.eps(),
                                    .weight_decay = options.weight_decay(),
                                    .maximize = options.maximize()};
    const auto change = [&](int64_t n, auto* p, const auto* g, auto* sum) {
        kernels::adagrad_step(step, n, p, g, sum);
    };
    if (gradient.is_sparse())
        update_entries(change, parameter, gradient, state.sum);
    else
        update_numbers(change, parameter, gradient, state.sum);
}

}  // namespace wick::optim
