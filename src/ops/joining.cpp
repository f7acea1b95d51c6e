// Operators that put tensors, or copies of one, side by side.

#include <algorithm>

#include <wick/tensor/default_dtype.h>

#include "ops/families.h"
#include "ops/recorded.h"
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
        channels_last = channels_last && tensor.dim() == 4 && !tensor.is_contiguous() &&
                        is_contiguous_in(tensor, MemoryFormat::channels_last);
    }
    if (!first) return empty({0}, dtype);
    dim = wrap_dim(dim, first->dim());
    DimVector sizes(first->sizes());
    sizes[dim] = 0;
    for (size_t i = 0; i < tensors.size(); ++i) {
        const Tensor& tensor = tensors[i];
        if (is_skipped(tensor)) continue;
        WICK_CHECK(tensor.dim() == first->dim(), "Tensors must have same number of dimensions: got {} and {}",
                   first->dim(), tensor.dim());
        for (int64_t d = 0; d < tensor.dim(); ++d) {
            WICK_CHECK(d == dim || tensor.sizes()[d] == sizes[d],
                       "Sizes of tensors must match except in dimension {}. Expected size {} but got size {} for "
                       "tensor number {} in the list.",
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
        WICK_CHECK(tensors[i].sizes() == tensors[0].sizes(),
                   "stack expects each tensor to be equal size, but got {} at entry 0 and {} at entry {}",
                   format_sizes(tensors[0].sizes()), format_sizes(tensors[i].sizes()), i);
        parts.push_back(unsqueeze(tensors[i], dim));
    }
    return cat(parts, dim);
}

}  // namespace wick::ops

namespace wick::jit {
namespace {

using namespace ops;
using TensorList = std::vector<Tensor>;

/// Tensors with at least `rank` dimensions, as the atleast_ operators give them.
TensorList at_least(const TensorList& tensors, int64_t rank) {
    return call_operator(fmt::format("aten::atleast_{}d.Sequence", rank), {tensors}).to_tensor_vector();
}

Tensor hstack(const TensorList& tensors) {
    WICK_CHECK(!tensors.empty(), "hstack expects a non-empty TensorList");
    const TensorList parts = at_least(tensors, 1);
    return recorded::cat(parts, parts[0].dim() == 1 ? 0 : 1);
}
Tensor vstack(const TensorList& tensors) {
    WICK_CHECK(!tensors.empty(), "vstack expects a non-empty TensorList");
    return recorded::cat(at_least(tensors, 2), 0);
}
Tensor dstack(const TensorList& tensors) {
    WICK_CHECK(!tensors.empty(), "dstack expects a non-empty TensorList");
    return recorded::cat(at_least(tensors, 3), 2);
}
Tensor column_stack(const TensorList& tensors) {
    TensorList columns;
    for (const Tensor& tensor : tensors)
        columns.push_back(tensor.dim() <= 1 ? recorded::reshape(tensor, {tensor.numel(), 1}) : tensor);
    return hstack(columns);
}

Tensor block_diag(const TensorList& tensors) {
    DType dtype = tensors.empty() ? default_dtype() : tensors[0].dtype();
    int64_t rows = 0;
    int64_t columns = 0;
    const TensorList blocks = at_least(tensors, 2);
    for (const Tensor& block : blocks) {
        WICK_CHECK(block.dim() == 2,
                   "torch.block_diag: Input tensors must have 2 or fewer dimensions. Input has {} dimensions",
                   block.dim());
        dtype = promote_types(dtype, block.dtype());
        rows += block.size(0);
        columns += block.size(1);
    }
    Tensor result = zeros({rows, columns}, dtype);
    rows = columns = 0;
    for (const Tensor& block : blocks) {
        copy_into(narrow(narrow(result, 0, rows, block.size(0)), 1, columns, block.size(1)), block);
        rows += block.size(0);
        columns += block.size(1);
    }
    return result;
}

TensorList meshgrid(const TensorList& tensors, std::string_view indexing) {
    WICK_CHECK(!tensors.empty(), "meshgrid expects a non-empty TensorList");
    WICK_CHECK(indexing == "ij" || indexing == "xy",
               "torch.meshgrid: indexing must be one of \"xy\" or \"ij\", but received: {}", indexing);
    TensorList axes = tensors;
    const bool swapped = indexing == "xy" && axes.size() >= 2;
    if (swapped) std::swap(axes[0], axes[1]);
    DimVector sizes;
    for (const Tensor& axis : axes) {
        WICK_CHECK(axis.dim() <= 1, "torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: {}D",
                   axis.dim());
        WICK_CHECK(axis.dtype() == axes[0].dtype(), "torch.meshgrid expects all tensors to have the same dtype");
        sizes.push_back(axis.numel());
    }
    TensorList grids;
    for (size_t i = 0; i < axes.size(); ++i) {
        DimVector shape(axes.size(), 1);
        shape[i] = sizes[i];
        grids.push_back(recorded::expand(recorded::reshape(axes[i], shape), sizes));
    }
    if (swapped) std::swap(grids[0], grids[1]);
    return grids;
}

Tensor cartesian_prod(const TensorList& tensors) {
    WICK_CHECK(!tensors.empty(), "cartesian_prod: expected a non-empty list of Tensors");
    if (tensors.size() == 1) return tensors[0];
    TensorList columns;
    for (const Tensor& grid : meshgrid(tensors, "ij")) columns.push_back(recorded::reshape(grid, {-1}));
    return recorded::stack(columns, 1);
}

Tensor diag_embed(const Tensor& self, int64_t offset, int64_t dim1, int64_t dim2) {
    const int64_t rank = self.dim() + 1;
    const int64_t a = wrap_dim(dim1, rank);
    const int64_t b = wrap_dim(dim2, rank);
    WICK_CHECK(a != b, "diagonal dimensions cannot be identical {}, {}", dim1, dim2);
    int64_t length = 0;
    const bool fits = offset >= 0 ? !__builtin_add_overflow(self.size(-1), offset, &length)
                                  : !__builtin_sub_overflow(self.size(-1), offset, &length);
    WICK_CHECK(fits, "diag_embed(): offset {} is out of range", offset);
    DimVector sizes(self.sizes().slice(0, static_cast<size_t>(self.dim() - 1)));
    sizes.insert(static_cast<size_t>(std::min(a, b)), length);
    sizes.insert(static_cast<size_t>(std::max(a, b)), length);
    Tensor result = zeros(sizes, self.dtype());
    copy_into(diagonal(result, offset, a, b), self);
    return result;
}

Tensor diag(const Tensor& self, int64_t offset) {
    WICK_CHECK(self.dim() == 1 || self.dim() == 2, "diag(): Supports 1D or 2D tensors. Got {}D", self.dim());
    return self.dim() == 1 ? recorded::call("aten::diag_embed", self, offset, 0, 1)
                           : recorded::clone(recorded::diagonal(self, offset));
}

}  // namespace

void register_joining(Registry& ops) {
    for (std::string_view name : {"cat", "concat", "concatenate"})
        ops.add(fmt::format("aten::{}(Tensor[] tensors, int dim=0) -> Tensor", name))
            .kernel([](const TensorList& tensors, int64_t dim) { return cat(tensors, dim); })
            .out()
            .derivative("tensors", "ops.wick.split_like(grad, tensors, dim)");
    // The parts of a concatenation of such tensors.
    ops.add("wick::split_like(Tensor self, Tensor[] tensors, int dim) -> Tensor[]").composite(R"(
def split_like(self: Tensor, tensors: List[Tensor], dim: int) -> List[Tensor]:
    parts = annotate(List[Tensor], [])
    start = 0
    for tensor in tensors:
        if tensor.dim() == 1 and tensor.numel() == 0:
            parts.append(torch.zeros_like(tensor))
        else:
            parts.append(self.narrow(dim, start, tensor.size(dim)))
            start += tensor.size(dim)
    return parts
)");
    ops.add("aten::stack(Tensor[] tensors, int dim=0) -> Tensor")
        .kernel([](const TensorList& tensors, int64_t dim) { return stack(tensors, dim); })
        .out()
        .derivative("tensors", "grad.unbind(dim)");
    ops.add("aten::hstack(Tensor[] tensors) -> Tensor").kernel(&hstack).out().differentiated_by_parts();
    ops.add("aten::vstack(Tensor[] tensors) -> Tensor").kernel(&vstack).out().differentiated_by_parts();
    ops.add("aten::row_stack(Tensor[] tensors) -> Tensor").kernel(&vstack).out().differentiated_by_parts();
    ops.add("aten::dstack(Tensor[] tensors) -> Tensor").kernel(&dstack).out().differentiated_by_parts();
    ops.add("aten::column_stack(Tensor[] tensors) -> Tensor").kernel(&column_stack).out().differentiated_by_parts();
    ops.add("aten::block_diag(Tensor[] tensors) -> Tensor")
        .kernel(&block_diag)
        .out()
        .derivative("tensors", "ops.wick.block_diag_backward(grad, tensors)");
    ops.add("wick::block_diag_backward(Tensor grad, Tensor[] tensors) -> Tensor[]").composite(R"(
def block_diag_backward(grad: Tensor, tensors: List[Tensor]) -> List[Tensor]:
    parts = annotate(List[Tensor], [])
    row = 0
    column = 0
    for tensor in tensors:
        height = tensor.size(0) if tensor.dim() == 2 else 1
        width = tensor.size(-1) if tensor.dim() > 0 else 1
        parts.append(grad.narrow(0, row, height).narrow(1, column, width).reshape(tensor.size()))
        row += height
        column += width
    return parts
)");
    ops.add("aten::meshgrid(Tensor[] tensors) -> Tensor[]")
        .kernel([](const TensorList& tensors) { return meshgrid(tensors, "ij"); })
        .differentiated_by_parts();
    ops.add("aten::meshgrid.indexing(Tensor[] tensors, *, str indexing) -> Tensor[]")
        .kernel([](const TensorList& tensors, std::string_view indexing) { return meshgrid(tensors, indexing); })
        .differentiated_by_parts();
    ops.add("aten::cartesian_prod(Tensor[] tensors) -> Tensor").kernel(&cartesian_prod).differentiated_by_parts();
    ops.add("aten::diag_embed(Tensor self, int offset=0, int dim1=-2, int dim2=-1) -> Tensor")
        .kernel(&diag_embed)
        .out()
        .derivative("self", "grad.diagonal(offset, dim1, dim2)");
    ops.add("aten::diag(Tensor self, int diagonal=0) -> Tensor").kernel(&diag).out().differentiated_by_parts();
    ops.add("aten::diagflat(Tensor self, int offset=0) -> Tensor")
        .kernel([](const Tensor& self, int64_t offset) { return diag(recorded::reshape(self, {-1}), offset); })
        .differentiated_by_parts();
}

}  // namespace wick::jit
