#pragma once
// Other forms for the tensors that functions save for their backward pass (torch.autograd.graph.saved_tensors_hooks).

#include <functional>

#include <wick/support/intrusive_ptr.h>
#include <wick/tensor/tensor.h>

namespace wick::autograd {

/// What is kept in a tensor's place.
class PackedTensor : public RefCounted {
 public:
    virtual Tensor unpack() const = 0;
};

/// Packs a tensor, which has no history.
using Packer = std::function<IntrusivePtr<PackedTensor>(const Tensor&)>;

namespace internal {
inline constinit thread_local const Packer* packer = nullptr;
}

/// The one that packs what this thread saves, null when nothing is packed: that of the last push.
inline const Packer* current_packer() { return internal::packer; }
void push_packer(Packer packer);
void pop_packer();

}  // namespace wick::autograd
