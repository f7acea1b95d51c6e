#pragma once
// Hooks of recorded functions themselves, and of a leaf's collecting of its gradient: around what a backward pass does
// there (PyTorch's Node.register_prehook and register_hook). Those of tensors are in autograd.h.

#include <functional>
#include <memory>
#include <vector>

#include <wick/autograd/autograd.h>

namespace wick::autograd {

/// What hangs on a function or leaf beside its formula; changed under the pass_lock of its owner.
class FunctionHooks : public RefCounted {
 public:
    /// Is given the gradients of the results, and may change them.
    using Before = std::function<void(std::vector<Tensor>& gradients)>;
    /// Is given what became of them, the gradients of the arguments, which it may change: none where a leaf has
    /// collected its own.
    using After = std::function<void(std::vector<Tensor>& results, const std::vector<Tensor>& gradients)>;

    std::vector<std::shared_ptr<Before>> before;
    std::vector<std::shared_ptr<After>> after;
    std::shared_ptr<void> metadata;  ///< whatever another language attaches
};

/// Of the place that the edge leads to: null when it has none, unless `creates`.
IntrusivePtr<FunctionHooks> function_hooks(const Edge& edge, bool creates = false);
HookHandle register_before(const Edge& edge, FunctionHooks::Before hook);
HookHandle register_after(const Edge& edge, FunctionHooks::After hook);

}  // namespace wick::autograd
