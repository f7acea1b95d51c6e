#include "tensor/batched_tensor.h"

#include <cstring>

#include <wick/support/check.h>

namespace wick {

namespace {

/// All batched tensors stand over this storage, by which they are known.
const IntrusivePtr<Storage>& storage_of_batched() {
    static const IntrusivePtr<Storage> storage = [] {
        constexpr int64_t kBytes = sizeof(std::complex<double>);
        IntrusivePtr<Storage> made = Storage::allocate(kBytes);
        std::memset(made->data(), 0, kBytes);
        made->make_immortal();
        return made;
    }();
    return storage;
}

DimVector sizes_without(const Tensor& value, int64_t dim) {
    DimVector sizes(value.sizes());
    sizes.erase(static_cast<size_t>(dim));
    return sizes;
}

}  // namespace

BatchedTensorImpl::BatchedTensorImpl(Tensor value_, int64_t dim_, int64_t level_)
    : TensorImpl(storage_of_batched(), value_.dtype(), sizes_without(value_, dim_),
                 DimVector(value_.sizes().size() - 1), 0),
      value(std::move(value_)),
      dim(dim_),
      level(level_) {}

const BatchedTensorImpl* batched_impl(const Tensor& tensor) {
    return tensor.defined() && tensor.impl()->storage == storage_of_batched()
               ? static_cast<const BatchedTensorImpl*>(tensor.impl())
               : nullptr;
}

void check_not_batched(const Tensor& tensor) {
    WICK_CHECK(!is_batched(tensor),
               "vmap: It looks like you're attempting to use a Tensor in some data-dependent control flow. We don't "
               "support that yet, please shout over at https://github.com/pytorch/functorch/issues/257 .");
}

}  // namespace wick
