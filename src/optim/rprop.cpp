#include <wick/optim/rprop.h>
#include <wick/support/check.h>

#include "kernels/optimizer_steps.h"
#include "optim/update.h"

namespace wick::optim {

std::vector<Field> RpropOptions::fields() {
    return {{"lr", &lr_}, {"etas", &etas_}, {"step_sizes", &step_sizes_}, {"maximize", &maximize_}};
}

void RpropOptions::check() const {
    WICK_CHECK(lr_ >= 0, "Invalid learning rate: {}", lr_);
    const auto [minus, plus] = etas_;
    WICK_CHECK(minus > 0 && minus < 1 && plus > 1, "Invalid eta values: {}, {}", minus, plus);
}

std::vector<Field> RpropState::fields() { return {{"step", &step}, {"prev", &prev}, {"step_size", &step_size}}; }

void step_of(const Tensor& parameter, const Tensor& gradient, RpropState& state, const RpropOptions& options) {
    check_strided(gradient, "Rprop");
    count_step(state.step);
    if (!state.step_size.defined()) state.step_size = filled_like(parameter, options.lr());
    const kernels::RpropStep step{.minus = std::get<0>(options.etas()),
                                  .plus = std::get<1>(options.etas()),
                                  .least = std::get<0>(options.step_sizes()),
                                  .most = std::get<1>(options.step_sizes()),
                                  .maximize = options.maximize()};
    update_numbers([&](int64_t n, auto* p, const auto* g, auto* before,
                       auto* size) { kernels::rprop_step(step, n, p, g, before, size); },
                   parameter, gradient, made_like(state.prev, parameter), state.step_size);
}

}  // namespace wick::optim
