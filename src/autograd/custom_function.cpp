#include <wick/autograd/function.h>
#include <wick/support/check.h>

#include "autograd/history.h"
#include "autograd/saved_value.h"
#include "ops/tensor_ops.h"

namespace wick::autograd {

struct AutogradContext::State {
    std::vector<Tensor> to_save, dirty, non_differentiable;  ///< until forward is done
    std::vector<bool> needs_gradient;
    bool materializes = true;
    SavedValues saved;
    GradFunction* owner = nullptr;  ///< whose backward will ask; null once that is gone
};

struct CustomFunction::Result {
    GradFunction::Output type;
    int32_t output;  ///< its number among outputs, or -1
    bool is_tensor;
};

namespace {

bool holds(const std::vector<Tensor>& tensors, const Tensor& tensor) {
    return std::ranges::any_of(tensors, [&](const Tensor& other) { return other.impl() == tensor.impl(); });
}

}  // namespace

AutogradContext::AutogradContext() : state_(std::make_unique<State>()) {}
AutogradContext::~AutogradContext() = default;

void AutogradContext::save_for_backward(std::vector<Tensor> tensors) { state_->to_save = std::move(tensors); }
void AutogradContext::mark_dirty(std::vector<Tensor> arguments) { state_->dirty = std::move(arguments); }
void AutogradContext::mark_non_differentiable(std::vector<Tensor> results) {
    state_->non_differentiable = std::move(results);
}
void AutogradContext::set_materialize_grads(bool on) { state_->materializes = on; }

bool AutogradContext::needs_input_grad(size_t argument) const {
    WICK_CHECK(argument < state_->needs_gradient.size(), "needs_input_grad: argument {} of {}", argument,
               state_->needs_gradient.size());
    return state_->needs_gradient[argument];
}

std::vector<Tensor> AutogradContext::get_saved_variables() const {
    // Forward is still running, or is not recorded.
    if (!state_->owner) return state_->to_save;
    // As they were, also in a pass that records nothing.
    const GradModeGuard guard(true);
    std::vector<Tensor> tensors;
    for (const IValue& tensor : state_->saved.unpack(*state_->owner))
        tensors.push_back(tensor.is_tensor() ? tensor.tensor_ref() : Tensor());
    return tensors;
}

CustomFunction::CustomFunction() : context(std::make_shared<AutogradContext>()) {}
CustomFunction::~CustomFunction() { context->state_->owner = nullptr; }

void CustomFunction::add_argument(const Tensor& argument) {
    edges.push_back(gradient_edge(argument));
    context->state_->needs_gradient.push_back(static_cast<bool>(edges.back()));
    arguments_.push_back(argument);
}

bool CustomFunction::is_recorded() const {
    return GradMode::is_enabled() && std::ranges::any_of(edges, &Edge::operator bool);
}

void CustomFunction::set_results(std::vector<Tensor>& results) {
    AutogradContext::State& state = *context->state_;
    const std::vector<Tensor> arguments = std::exchange(arguments_, {});
    for (const Tensor& tensor : state.dirty) {
        WICK_CHECK(holds(results, tensor),
                   "Some elements marked as dirty during the forward method were not returned as output. The inputs "
                   "that are modified inplace must all be outputs of the Function.");
        tensor.impl()->storage->bump_version();
    }
    if (!is_recorded()) return;
    const IntrusivePtr<GradFunction> self(this);
    for (Tensor& result : results) {
        if (!result.defined()) {
            results_.push_back({{{}, DType::float32}, -1, false});
            continue;
        }
        const bool is_dirty = holds(state.dirty, result);
        const bool has_gradient = is_differentiable(result.dtype()) && !holds(state.non_differentiable, result);
        results_.push_back({{DimVector(result.sizes()), result.dtype()},
                            has_gradient ? static_cast<int32_t>(outputs.size()) : -1,
                            true});
        if (!has_gradient) {
            if (is_dirty) result.detach_();
        } else if (is_dirty) {
            WICK_CHECK(!(result.impl()->requires_grad && result.is_leaf()),
                       "a leaf Variable that requires grad has been used in an in-place operation.");
            const Tensor value = result.detach();
            set_history(value, self);
            rebase_history(result, value);
        } else {
            if (holds(arguments, result)) result = result.detach();
            set_history(result, self);
        }
    }
    for (const Tensor& tensor : state.to_save) {
        const Edge edge = gradient_edge(tensor);
        state.saved.add(edge.function == self ? SavedValue::save_result(IValue(tensor), edge.output)
                                              : SavedValue::save(IValue(tensor), *this));
    }
    state.to_save.clear();
    state.dirty.clear();
    state.non_differentiable.clear();
    state.owner = this;
}

std::vector<Tensor> CustomFunction::apply(const std::vector<Tensor>& gradients) {
    std::vector<Tensor> given;
    for (const Result& result : results_) {
        Tensor gradient = result.output < 0 ? Tensor() : gradients[result.output];
        if (!gradient.defined() && result.is_tensor && context->state_->materializes)
            gradient = ops::zeros(result.type.sizes, result.type.dtype);
        given.push_back(std::move(gradient));
    }
    std::vector<Tensor> found = backward(std::move(given));
    // Of what forward has a default for and was not given.
    while (found.size() > edges.size() && !found.back().defined()) found.pop_back();
    WICK_CHECK(found.size() == edges.size(),
               "function {} returned an incorrect number of gradients (expected {}, got {})", name(), edges.size(),
               found.size());
    return found;
}

void CustomFunction::release_saved() { context->state_->saved.release(); }

}  // namespace wick::autograd
