#pragma once
// Tensors of torch.func.vmap: many tensors of one shape that a function sees as one (src/batching).

#include <wick/tensor/tensor.h>

namespace wick {

/// Has the sizes of each of the tensors; `value` has their elements, with a dimension more. Kernels never see one: what
/// reads it all the same finds strides of 0 over a zero. Its history is that of the value, of which it has none itself.
class BatchedTensorImpl : public TensorImpl {
 public:
    BatchedTensorImpl(Tensor value, int64_t dim, int64_t level);

    const Tensor value;   ///< batched itself where an outer level has its tensors apart too
    const int64_t dim;    ///< of value: which of the tensors
    const int64_t level;  ///< of the nested calls of vmap; the outermost is 1
};

/// Null for any other tensor.
const BatchedTensorImpl* batched_impl(const Tensor& tensor);
inline bool is_batched(const Tensor& tensor) { return batched_impl(tensor) != nullptr; }
/// OpError, in PyTorch's words, where a program asks for elements that are others for each of many.
void check_not_batched(const Tensor& tensor);

}  // namespace wick
