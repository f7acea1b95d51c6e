#include <cmath>

#include <wick/optim/sparse_adam.h>
#include <wick/support/check.h>

#include "kernels/optimizer_steps.h"
#include "optim/update.h"

namespace wick::optim {

std::vector<Field> SparseAdamOptions::fields() {
    return {{"lr", &lr_}, {"betas", &betas_}, {"eps", &eps_}, {"maximize", &maximize_}};
}

void SparseAdamOptions::check() const {
    const auto [beta1, beta2] = betas_;
    WICK_CHECK(lr_ > 0, "Invalid learning rate: {}", lr_);
    WICK_CHECK(eps_ > 0, "Invalid epsilon value: {}", eps_);
    WICK_CHECK(beta1 >= 0 && beta1 < 1, "Invalid beta parameter at index 0: {}", beta1);
    WICK_CHECK(beta2 >= 0 && beta2 < 1, "Invalid beta parameter at index 1: {}", beta2);
}

std::vector<Field> SparseAdamState::fields() {
    return {{"step", &step}, {"exp_avg", &exp_avg}, {"exp_avg_sq", &exp_avg_sq}};
}

void step_of(const Tensor& parameter, const Tensor& gradient, SparseAdamState& state,
             const SparseAdamOptions& options) {
    WICK_CHECK(gradient.is_sparse(), "SparseAdam does not support dense gradients, please consider Adam instead");
    const auto count = static_cast<double>(++state.step);
    const auto [beta1, beta2] = options.betas();
    const kernels::AdamStep step{
        .beta1 = beta1,
        .beta2 = beta2,
        .eps = options.eps(),
        .weight_decay = 0,
        .kept = 1,
        .maximize = options.maximize(),
        .size = options.lr() * std::sqrt(1 - std::pow(beta2, count)) / (1 - std::pow(beta1, count)),
        .direct = 0,
        .root = 1,
        .divides = true};
    update_entries(
        [&](int64_t n, auto* p, const auto* g, auto* m, auto* v) {
            using T = std::remove_pointer_t<decltype(p)>;
            kernels::adam_step(step, n, p, g, m, v, static_cast<T*>(nullptr));
        },
        parameter, gradient, made_like(state.exp_avg, parameter), made_like(state.exp_avg_sq, parameter));
}

}  // namespace wick::optim
