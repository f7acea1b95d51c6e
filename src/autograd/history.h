#pragma once
// What hangs on a tensor: its gradient, the function it is a result of, and how views keep up with what they view.

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <wick/autograd/autograd.h>

namespace wick::autograd {

/// The function, its output, `epoch` and `seen` belong to the tensor as its shape does: of one that is shared they are
/// read and changed under the guards of shared_state.h. Gradients are under the pass_lock of their place, the rest
/// under that of the tensor.
class AutogradMeta : public RefCounted {
 public:
    Tensor grad;
    uint32_t output = 0;
    const IntrusivePtr<GradFunction>& function() const { return function_; }
    /// Gives the function that was there, so that no history ends under the guard.
    IntrusivePtr<GradFunction> set_function(IntrusivePtr<GradFunction> function) {
        has_function_.store(static_cast<bool>(function), std::memory_order_release);
        return std::exchange(function_, std::move(function));
    }
    /// False for a leaf: the one question that needs no guard.
    bool has_function() const { return has_function_.load(std::memory_order_acquire); }
    /// How often an in-place operator gave this tensor another history. A view whose `seen` is behind its base's
    /// `epoch` begins anew from the base.
    uint32_t epoch = 0;
    uint32_t seen = 0;
    /// The gradient of a result that retains it, which its function knows too.
    std::shared_ptr<Tensor> retained;
    /// Of a leaf; those of results hang on their function.
    std::vector<std::shared_ptr<Hook>> hooks;
    /// Of a leaf: FunctionHooks around the collecting of its gradient, or null.
    IntrusivePtr<RefCounted> attached;

 private:
    IntrusivePtr<GradFunction> function_;
    std::atomic<bool> has_function_{false};
};

/// Whether tensors of the dtype have gradients.
constexpr bool is_differentiable(DType dtype) { return is_floating(dtype) || is_complex(dtype); }

/// The gradient of an output that nobody gave one: zeros that take no memory.
Tensor zeros_for(const GradFunction::Output& output);

/// Null unless the tensor has one.
AutogradMeta* meta_of(const TensorImpl& tensor);
AutogradMeta& make_meta(const TensorImpl& tensor);

/// Guards what backward passes of several threads change when they meet in a leaf, in a recorded function or in a
/// retained gradient. Held for that change alone: under it no other pass_lock is taken, nothing is recorded, and no
/// history ends (a function of another language may end with it, and wait for that language's own lock).
std::mutex& pass_lock(const void* place);

/// OpError when an operator may not write to the tensor while gradients are recorded: a leaf that wants one, or a view
/// of such.
void check_inplace(const Tensor& tensor);
/// `tensor` was overwritten with `value`, a result with history: it, and what it is a view of, go on from there.
void rebase_history(const Tensor& tensor, const Tensor& value);

}  // namespace wick::autograd
