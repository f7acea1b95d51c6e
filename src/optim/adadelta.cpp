#include <wick/optim/adadelta.h>
#include <wick/support/check.h>

#include "kernels/optimizer_steps.h"
#include "optim/update.h"

namespace wick::optim {

std::vector<Field> AdadeltaOptions::fields() {
    return {{"lr", &lr_}, {"rho", &rho_}, {"eps", &eps_}, {"weight_decay", &weight_decay_}, {"maximize", &maximize_}};
}

void AdadeltaOptions::check() const {
    WICK_CHECK(lr_ >= 0, "Invalid learning rate: {}", lr_);
    WICK_CHECK(rho_ >= 0 && rho_ <= 1, "Invalid rho value: {}", rho_);
    WICK_CHECK(eps_ >= 0, "Invalid epsilon value: {}", eps_);
    WICK_CHECK(weight_decay_ >= 0, "Invalid weight_decay value: {}", weight_decay_);
}

std::vector<Field> AdadeltaState::fields() {
    return {{"step", &step}, {"square_avg", &square_avg}, {"acc_delta", &acc_delta}};
}

void step_of(const Tensor& parameter, const Tensor& gradient, AdadeltaState& state, const AdadeltaOptions& options) {
    check_strided(gradient, "Adadelta");
    count_step(state.step);
    const kernels::AdadeltaStep step{.lr = options.lr(),
                                     .rho = options.rho(),
                                     .eps = options.eps(),
                                     .weight_decay = options.weight_decay(),
                                     .maximize = options.maximize()};
    update_numbers([&](int64_t n, auto* p, const auto* g, auto* square,
                       auto* change) { kernels::adadelta_step(step, n, p, g, square, change); },
                   parameter, gradient, made_like(state.square_avg, parameter), made_like(state.acc_delta, parameter));
}

}  // namespace wick::optim
