#pragma once
// Reverse mode differentiation. In gradient mode (grad_mode.h) every operator on a tensor that requires a gradient
// hangs a GradFunction on its result; backward and grad walk them from results to leaves. As torch.autograd.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <wick/support/export.h>
#include <wick/tensor/grad_mode.h>
#include <wick/tensor/tensor.h>

namespace wick {
class IValue;
}

namespace wick::autograd {

class GradFunction;

/// Where a gradient goes: to a result of a recorded function, or to a leaf. Empty where none is wanted.
struct WICK_API Edge {
    IntrusivePtr<GradFunction> function;
    uint32_t output = 0;  ///< which of the function's results
    IntrusivePtr<TensorImpl> leaf;
    explicit operator bool() const { return function || leaf; }
    bool operator==(const Edge& other) const {
        return function == other.function && output == other.output && leaf == other.leaf;
    }
};

/// Called with a gradient when it is known; a defined result takes its place.
using Hook = std::function<Tensor(const Tensor& gradient)>;

/// A function that was called, seen from its results: what makes the gradients of its arguments out of theirs.
class WICK_API GradFunction : public RefCounted {
 public:
    struct Output {
        DimVector sizes;
        DType dtype;
    };

    GradFunction();
    /// One gradient per edge, undefined where there is none, from one per output, of which some may be undefined. Runs
    /// in gradient mode when gradients of the gradients are wanted.
    virtual std::vector<Tensor> apply(const std::vector<Tensor>& gradients) = 0;
    /// "MulBackward0", as PyTorch names them.
    virtual std::string name() const = 0;
    /// What of the call's arguments and results is kept for apply, by the names of the operator's schema. OpError once
    /// that is dropped.
    virtual std::vector<std::pair<std::string, IValue>> saved();
    /// Drops what was saved for apply; a later apply throws OpError.
    virtual void release_saved() = 0;

    /// Where the gradients of the arguments go (PyTorch's next_functions).
    SmallVector<Edge, 2> edges;
    SmallVector<Output, 1> outputs;
    /// By output; see register_hook.
    std::vector<std::pair<uint32_t, std::shared_ptr<Hook>>> hooks;
    /// By output: where its gradients are summed up too, after all hooks (Tensor::retain_grad).
    std::vector<std::pair<uint32_t, std::shared_ptr<Tensor>>> retained;
    /// Hooks of the function itself and the like (function_hooks.h); null for most.
    IntrusivePtr<RefCounted> attached;
    /// Grows from function to function on a thread: later ones are differentiated first.
    const uint64_t sequence;
    /// Where the function was made, as anomaly mode (anomaly.h) keeps it; else null.
    const IntrusivePtr<RefCounted> origin;
};

/// Where the gradient of a tensor goes.
WICK_API Edge gradient_edge(const Tensor& tensor);
/// Makes tensor number `output` of the function's results its own; adds to function.outputs.
WICK_API void set_history(const Tensor& tensor, const IntrusivePtr<GradFunction>& function);

/// Sums of the gradients of `tensors` go to the leaves' `grad` (of all leaves that they were made from, or of `inputs`
/// only). `gradients` start the pass, one per tensor; a missing or undefined one stands for 1 and needs a tensor of one
/// element. What was saved for the pass is freed unless `retain_graph` (default: create_graph) says otherwise. With
/// `create_graph` the gradients can be differentiated in their turn. Throws OpError in PyTorch's words: a tensor
/// without history, a second pass over what was freed, a saved value that was changed in place.
WICK_API void backward(const std::vector<Tensor>& tensors, const std::vector<Tensor>& gradients = {},
                       std::optional<bool> retain_graph = {}, bool create_graph = false,
                       const std::vector<Tensor>& inputs = {});
/// The gradients of `inputs`, one each; no leaf's `grad` changes. An input that the outputs do not depend on is an
/// OpError, or with `allow_unused` an undefined tensor.
WICK_API std::vector<Tensor> grad(const std::vector<Tensor>& outputs, const std::vector<Tensor>& inputs,
                                  const std::vector<Tensor>& gradients = {}, std::optional<bool> retain_graph = {},
                                  bool create_graph = false, bool allow_unused = false);

/// Calls the hook with each gradient of the tensor before anybody else uses it, until `remove` is called, or
/// Tensor::remove_hook with the number.
struct WICK_API HookHandle {
    std::function<void()> remove;
    unsigned number = 0;
    operator unsigned() const { return number; }
};
WICK_API HookHandle register_hook(const Tensor& tensor, Hook hook);

}  // namespace wick::autograd

template <class F>
wick::autograd::HookHandle wick::Tensor::register_hook(F hook) const {
    return autograd::register_hook(*this, [hook = std::move(hook)](const Tensor& gradient) -> Tensor {
        if constexpr (std::is_void_v<decltype(hook(gradient))>) {
            hook(gradient);
            return {};
        } else {
            return hook(gradient);
        }
    });
}
