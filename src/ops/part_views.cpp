// Views of a part of the elements: at an index, in a range, in windows, anywhere in the storage.

#include <algorithm>

#include "ops/registry.h"
#include "ops/tensor_ops.h"
#include "ops/views.h"

namespace wick::ops {

using jit::IntList;

Tensor select(const Tensor& self, int64_t dim, int64_t index) {
    WICK_CHECK_INDEX(self.dim() > 0, "select() cannot be applied to a 0-dim tensor.");
    dim = wrap_dim(dim, self.dim());
    const int64_t size = self.sizes()[dim];
    WICK_CHECK_INDEX(index >= -size && index < size,
                     "select(): index {} out of range for tensor of size {} at dimension {}", index,
                     format_sizes(self.sizes()), dim);
    if (index < 0) index += size;
    DimVector sizes(self.sizes());
    DimVector strides(self.strides());
    const int64_t offset = self.storage_offset() + index * strides[dim];
    sizes.erase(dim);
    strides.erase(dim);
    return self.as_strided_unchecked(sizes, strides, offset);
}

Tensor slice(const Tensor& self, int64_t dim, std::optional<int64_t> start_or_none, std::optional<int64_t> end_or_none,
             int64_t step) {
    WICK_CHECK(self.dim() > 0, "slice() cannot be applied to a 0-dim tensor.");
    WICK_CHECK(step > 0, "slice step must be positive");
    dim = wrap_dim(dim, self.dim());
    const int64_t size = self.sizes()[dim];
    auto clamp = [size](int64_t bound) { return std::clamp<int64_t>(bound < 0 ? bound + size : bound, 0, size); };
    const int64_t start = clamp(start_or_none.value_or(0));
    const int64_t end = std::max(start, clamp(end_or_none.value_or(INT64_MAX)));
    DimVector sizes(self.sizes());
    DimVector strides(self.strides());
    const int64_t length = end - start;
    sizes[dim] = length == 0 ? 0 : (length - 1) / step + 1;
    const int64_t offset = self.storage_offset() + start * strides[dim];
    // With one element or none the stride is never used, and a huge step must not overflow it.
    if (sizes[dim] > 1) strides[dim] *= step;
    return self.as_strided_unchecked(sizes, strides, offset);
}

Tensor narrow(const Tensor& self, int64_t dim, int64_t start, int64_t length) {
    WICK_CHECK(self.dim() > 0, "narrow() cannot be applied to a 0-dim tensor.");
    WICK_CHECK(length >= 0, "narrow(): length must be non-negative.");
    dim = wrap_dim(dim, self.dim());
    const int64_t size = self.sizes()[dim];
    WICK_CHECK_INDEX(start >= -size && start <= size,
                     "start out of range (expected to be in range of [{}, {}], but got {})", -size, size, start);
    if (start < 0) start += size;
    WICK_CHECK(length <= size - start, "start ({}) + length ({}) exceeds dimension size ({}).", start, length, size);
    return slice(self, dim, start, start + length);
}

Tensor as_strided(const Tensor& self, IntArrayRef sizes, IntArrayRef strides, int64_t storage_offset) {
    check_in_bounds(sizes, strides, storage_offset, self.itemsize(), self.impl()->storage->bytes());
    return self.as_strided_unchecked(sizes, strides, storage_offset);
}

namespace {

Tensor as_strided_from(const Tensor& self, IntList sizes, IntList strides, std::optional<int64_t> storage_offset) {
    return as_strided(self, sizes, strides, storage_offset.value_or(self.storage_offset()));
}

Tensor unfold(const Tensor& self, int64_t dimension, int64_t size, int64_t step) {
    const int64_t d = wrap_dim(dimension, self.dim());
    const int64_t length = self.dim() == 0 ? 1 : self.sizes()[d];
    WICK_CHECK(size >= 0, "size is {} but must be >= 0", size);
    WICK_CHECK(size <= length, "maximum size for tensor at dimension {} is {} but size is {}", d, length, size);
    WICK_CHECK(step > 0, "step is {} but must be > 0", step);
    DimVector sizes(self.sizes());
    DimVector strides(self.strides());
    const int64_t stride = self.dim() == 0 ? 1 : strides[d];
    if (self.dim() > 0) {
        sizes[d] = (length - size) / step + 1;
        if (sizes[d] > 1) strides[d] *= step;
    }
    sizes.push_back(size);
    strides.push_back(stride);
    return with_geometry(self, sizes, strides);
}

}  // namespace
}  // namespace wick::ops

namespace wick::jit {

using namespace ops;

void register_part_views(Registry& ops) {
    ops.add("aten::select.int(Tensor(a) self, int dim, SymInt index) -> Tensor(a)")
        .kernel(&select)
        .derivative("self", "torch.select_backward(grad, self.size(), dim, index)");
    ops.add(
           "aten::slice.Tensor(Tensor(a) self, int dim=0, SymInt? start=None, SymInt? end=None, SymInt step=1) -> "
           "Tensor(a)")
        .kernel(&slice)
        .derivative("self",
                    "torch.slice_backward(grad, self.size(), dim, 0 if start is None else start, 9223372036854775807 "
                    "if end is None else end, step)");
    ops.add("aten::narrow(Tensor(a) self, int dim, SymInt start, SymInt length) -> Tensor(a)")
        .kernel(&narrow)
        .derivative("self",
                    "torch.slice_backward(grad, self.size(), dim, start if start >= 0 else start + self.size(dim), "
                    "(start if start >= 0 else start + self.size(dim)) + length, 1)")
        .gradient_name("SliceBackward0");
    ops.add("aten::narrow.Tensor(Tensor(a) self, int dim, Tensor start, SymInt length) -> Tensor(a)")
        .kernel([](const Tensor& self, int64_t dim, const Tensor& start, int64_t length) {
            return narrow(self, dim, start.item().to_int(), length);
        });
    ops.add("aten::narrow_copy(Tensor self, int dim, SymInt start, SymInt length) -> Tensor")
        .kernel([](const Tensor& self, int64_t dim, int64_t start, int64_t length) {
            return clone(narrow(self, dim, start, length), MemoryFormat::contiguous);
        })
        .derivative("self",
                    "ops.wick.as_strided_backward(grad, self.size(), self.stride(), self.storage_offset(), "
                    "grad.size(), self.stride(), self.storage_offset() + start * self.stride(dim))");
    ops.add("aten::unfold(Tensor(a) self, int dimension, int size, int step) -> Tensor(a)").kernel(&unfold);
    ops.add(
           "aten::as_strided(Tensor(a) self, SymInt[] size, SymInt[] stride, SymInt? storage_offset=None) -> Tensor(a)")
        .kernel(&as_strided_from)
        .derivative("self",
                    "ops.wick.as_strided_backward(grad, self.size(), self.stride(), self.storage_offset(), size, "
                    "stride, storage_offset)");
    ops.add(
           "aten::as_strided_(Tensor(a!) self, SymInt[] size, SymInt[] stride, SymInt? storage_offset=None) -> "
           "Tensor(a!)")
        .kernel([](const Tensor& self, IntList size, IntList stride, std::optional<int64_t> offset) {
            return become(self, as_strided_from(self, size, stride, offset));
        });
}

}  // namespace wick::jit
