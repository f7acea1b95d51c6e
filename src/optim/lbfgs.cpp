#include <algorithm>
#include <cmath>

#include <wick/optim/lbfgs.h>
#include <wick/support/check.h>
#include <wick/tensor/grad_mode.h>

#include "ops/registry.h"
#include "ops/sparse.h"
#include "ops/tensor_ops.h"
#include "optim/line_search.h"

namespace wick::optim {

std::vector<Field> LBFGSOptions::fields() {
    return {{"lr", &lr_},
            {"max_iter", &max_iter_},
            {"max_eval", &max_eval_},
            {"tolerance_grad", &tolerance_grad_},
            {"tolerance_change", &tolerance_change_},
            {"history_size", &history_size_},
            {"line_search_fn", &line_search_fn_}};
}

void LBFGSOptions::check() const {
    WICK_CHECK(lr_ >= 0, "Invalid learning rate: {}", lr_);
    WICK_CHECK(!line_search_fn_ || *line_search_fn_ == "strong_wolfe", "only 'strong_wolfe' is supported");
}

std::vector<Field> LBFGSState::fields() {
    return {{"func_evals", &func_evals},
            {"n_iter", &n_iter},
            {"d", &d},
            {"t", &t},
            {"old_dirs", &old_dirs},
            {"old_stps", &old_stps},
            {"ro", &ro},
            {"H_diag", &H_diag},
            {"prev_flat_grad", &prev_flat_grad},
            {"prev_loss", &prev_loss}};
}

namespace {

Tensor call(std::string_view name, std::vector<IValue> arguments) {
    return jit::call_operator(name, std::move(arguments)).to_tensor();
}

double dot(const Tensor& a, const Tensor& b) { return call("aten::dot", {a, b}).item().to_double(); }
Tensor scaled(const Tensor& a, double factor) { return call("aten::mul.Scalar", {a, factor}); }
void add_scaled(const Tensor& a, const Tensor& b, double factor) { call("aten::add_.Tensor", {a, b, factor}); }
double largest_magnitude(const Tensor& a) { return ops::amax(call("aten::abs", {a})).item().to_double(); }

/// Complex numbers as pairs of real ones.
Tensor real_view(const Tensor& tensor) {
    return is_complex(tensor.dtype()) ? call("aten::view_as_real", {tensor}) : tensor;
}

/// All parameters as one vector, and the loss as a function of it.
class Objective {
 public:
    Objective(const std::vector<Tensor>& parameters, const Optimizer::Closure& closure) : closure_(closure) {
        for (const Tensor& parameter : parameters) leaves_.push_back(parameter);
    }

    /// Both at the parameters' present place; the loss is what the closure returned.
    Tensor evaluate() {
        Tensor loss;
        {
            const GradModeGuard recording(true);
            loss = closure_();
        }
        std::vector<Tensor> gradients;
        for (const Tensor& leaf : leaves_) {
            const Tensor gradient = leaf.grad();
            gradients.push_back(
                ops::flatten(real_view(gradient.defined() ? ops::to_dense(gradient) : ops::zeros_like(leaf))));
        }
        gradient = ops::cat(gradients);
        return loss;
    }
    void move(double t, const Tensor& direction) {
        int64_t begin = 0;
        for (const Tensor& leaf : leaves_) {
            const Tensor numbers = real_view(leaf);
            const Tensor part = ops::narrow(direction, 0, begin, numbers.numel());
            add_scaled(numbers, ops::reshape(part, numbers.sizes()), t);
            begin += numbers.numel();
        }
    }
    std::vector<Tensor> place() const {
        std::vector<Tensor> copies;
        for (const Tensor& leaf : leaves_) copies.push_back(ops::clone(leaf));
        return copies;
    }
    void move_to(const std::vector<Tensor>& place) {
        for (size_t i = 0; i < leaves_.size(); ++i) ops::copy_into(leaves_[i], place[i]);
    }

    Tensor gradient;

 private:
    std::vector<Tensor> leaves_;
    const Optimizer::Closure& closure_;
};

/// Takes the last step into the history, the oldest out of it when it is full.
void remember(LBFGSState& state, const Tensor& gradient, int64_t history_size) {
    const Tensor change = call("aten::sub.Tensor", {gradient, state.prev_flat_grad});
    const Tensor step = scaled(state.d, state.t);
    const double curvature = dot(change, step);
    if (curvature <= 1e-10) return;
    if (static_cast<int64_t>(state.old_dirs.size()) == history_size && history_size > 0) {
        state.old_dirs.erase(state.old_dirs.begin());
        state.old_stps.erase(state.old_stps.begin());
        state.ro.erase(state.ro.begin());
    }
    state.old_dirs.push_back(change);
    state.old_stps.push_back(step);
    state.ro.push_back(1 / curvature);
    state.H_diag = curvature / dot(change, change);
}

/// The gradient's negative times the approximate inverse Hessian: the two loops of algorithm 7.4.
Tensor direction(const LBFGSState& state, const Tensor& gradient) {
    const Tensor q = call("aten::neg", {gradient});
    std::vector<double> shares(state.old_dirs.size());
    for (size_t i = shares.size(); i-- > 0;) {
        shares[i] = dot(state.old_stps[i], q) * state.ro[i];
        add_scaled(q, state.old_dirs[i], -shares[i]);
    }
    const Tensor found = scaled(q, state.H_diag);
    for (size_t i = 0; i < shares.size(); ++i)
        add_scaled(found, state.old_stps[i], shares[i] - dot(state.old_dirs[i], found) * state.ro[i]);
    return found;
}

}  // namespace

Tensor step_of(const std::vector<Tensor>& parameters, LBFGSState& state, const LBFGSOptions& options,
               const Optimizer::Closure& closure) {
    const NoGradGuard quiet;
    Objective objective(parameters, closure);
    const Tensor first_loss = objective.evaluate();
    double loss = first_loss.item().to_double();
    int64_t evaluations = 1;
    ++state.func_evals;
    const int64_t most = options.max_eval() < 0 ? options.max_iter() * 5 / 4 : options.max_eval();
    const auto is_flat = [&] { return largest_magnitude(objective.gradient) <= options.tolerance_grad(); };
    if (is_flat()) return first_loss;

    for (int64_t iteration = 1; iteration <= options.max_iter(); ++iteration) {
        const Tensor& gradient = objective.gradient;
        ++state.n_iter;
        if (state.n_iter > 1) remember(state, gradient, options.history_size());
        state.d = direction(state, gradient);
        state.prev_flat_grad = gradient;
        state.prev_loss = loss;
        const double total = ops::sum(call("aten::abs", {gradient})).item().to_double();
        state.t = state.n_iter == 1 ? std::min(1.0, 1 / total) * options.lr() : options.lr();
        const double slope = dot(gradient, state.d);
        if (slope > -options.tolerance_change()) break;

        const int64_t before = evaluations;
        if (options.line_search_fn()) {
            const std::vector<Tensor> origin = objective.place();
            LineSearch search;
            search.largest = largest_magnitude(state.d);
            search.most_iterations = most - evaluations;
            search.evaluate = [&](double t) {
                objective.move(t, state.d);
                const double found = objective.evaluate().item().to_double();
                objective.move_to(origin);
                return LinePoint{t, found, objective.gradient, dot(objective.gradient, state.d)};
            };
            const LinePoint point = search.run({0, loss, gradient, slope}, state.t);
            state.t = point.t;
            loss = point.loss;
            objective.gradient = point.gradient;
            objective.move(point.t, state.d);
            evaluations += search.evaluations;
        } else {
            objective.move(state.t, state.d);
            // The last iteration's place is evaluated by the next step.
            if (iteration < options.max_iter()) {
                loss = objective.evaluate().item().to_double();
                ++evaluations;
            }
        }
        state.func_evals += evaluations - before;
        if (evaluations >= most || is_flat()) break;
        if (largest_magnitude(state.d) * std::abs(state.t) <= options.tolerance_change()) break;
        if (std::abs(loss - state.prev_loss) < options.tolerance_change()) break;
    }
    return first_loss;
}

Tensor LBFGS::step(const Closure& closure) {
    WICK_CHECK(closure, "LBFGS needs a closure that computes the loss");
    WICK_CHECK(groups_.size() == 1, "LBFGS doesn't support per-parameter options (parameter groups)");
    const std::vector<Tensor>& parameters = groups_[0].params();
    return step_of(parameters, states_[parameters[0].impl()], groups_[0].options(), closure);
}

}  // namespace wick::optim
