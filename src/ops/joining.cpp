// Operators that put tensors, or copies of one, side by side.

#include <algorithm>

#include "ops/families.h"
#include "ops/registry.h"
#include "ops/tensor_ops.h"

namespace wick::ops {
namespace {

/// PyTorch lets an empty one-dimensional tensor be concatenated with anything.
bool is_skipped(const Tensor& tensor) { return tensor.dim() == 1 && tensor.numel() == 0; }

}  // namespace

Tensor cat(std::span<const Tensor> tensors, int64_t dim) {
    WICK_CHECK(!tensors.empty(), "torch.cat(): expected a non-empty list of Tensors");
    const Tensor* first = nullptr;
    DType dtype = tensors[0].dtype();
    bool channels_last = true;
    for (size_t i = 0; i < tensors.size(); ++i) {
        const Tensor& tensor = tensors[i];
        WICK_CHECK(tensor.dim() > 0, "zero-dimensional tensor (at position {}) cannot be concatenated", i);
        dtype = promote_types(dtype, tensor.dtype());
        if (is_skipped(tensor)) continue;
        if (!first) first = &tensor;
        channels_last = channels_last && tensor.dim() == 4 && !tensor.is_contiguous() && is_contiguous_in(tensor, MemoryFormat::channels_last);
    }
    if (!first) return empty({0}, dtype);
    dim = wrap_dim(dim, first->dim());
    DimVector sizes(first->sizes());
    sizes[dim] = 0;
    for (size_t i = 0; i < tensors.size(); ++i) {
        const Tensor& tensor = tensors[i];
        if (is_skipped(tensor)) continue;
        WICK_CHECK(tensor.dim() == first->dim(), "Tensors must have same number of dimensions: got {} and {}", first->dim(), tensor.dim());
        for (int64_t d = 0; d < tensor.dim(); ++d) {
            WICK_CHECK(d == dim || tensor.sizes()[d] == sizes[d],
                       "Sizes of tensors must match except in dimension {}. Expected size {} but got size {} for tensor number {} in the "
                       "list.",
                       dim, sizes[d], tensor.sizes()[d], i);
        }
        sizes[dim] += tensor.sizes()[dim];
    }
    Tensor result = channels_last ? empty_strided(sizes, channels_last_strides(sizes), dtype) : empty(sizes, dtype);
    int64_t start = 0;
    for (const Tensor& tensor : tensors) {
        if (is_skipped(tensor)) continue;
        const int64_t length = tensor.sizes()[dim];
        copy_into(narrow(result, dim, start, length), tensor);
        start += length;
    }
    return result;
}

Tensor stack(std::span<const Tensor> tensors, int64_t dim) {
    WICK_CHECK(!tensors.empty(), "stack expects a non-empty TensorList");
    dim = wrap_dim(dim, tensors[0].dim() + 1);
    std::vector<Tensor> parts;
    for (size_t i = 0; i < tensors.size(); ++i) {
        WICK_CHECK(tensors[i].sizes() == tensors[0].sizes(), "stack expects each tensor to be equal size, but got {} at entry 0 and {} at entry {}",
                   format_sizes(tensors[0].sizes()), format_sizes(tensors[i].sizes()), i);
        parts.push_back(unsqueeze(tensors[i], dim));
    }
    return cat(parts, dim);
}

}  // namespace wick::ops

namespace wick::jit {

using namespace ops;

void register_joining(Registry& ops) {
    ops.add("aten::cat(Tensor[] tensors, int dim=0) -> Tensor")
        .kernel([](const std::vector<Tensor>& tensors, int64_t dim) { return cat(tensors, dim); })
        .out();
    ops.add("aten::stack(Tensor[] tensors, int dim=0) -> Tensor")
        .kernel([](const std::vector<Tensor>& tensors, int64_t dim) { return stack(tensors, dim); })
        .out();
}

}  // namespace wick::jit
