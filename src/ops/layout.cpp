// Memory formats and the order of elements in memory.

#include <numeric>

#include "ops/geometry.h"
#include "ops/sparse.h"
#include "ops/tensor_ops.h"

namespace wick::ops {

MemoryFormat memory_format_or(std::optional<int64_t> number, MemoryFormat otherwise) {
    if (!number) return otherwise;
    WICK_CHECK(*number >= 0 && *number <= 3, "unknown memory format {}", *number);
    return static_cast<MemoryFormat>(*number);
}

DimVector channels_last_strides(IntArrayRef sizes) {
    const size_t rank = sizes.size();
    WICK_CHECK(rank == 4 || rank == 5, "required rank {} tensor to use channels_last format", rank > 4 ? 5 : 4);
    DimVector order{1};
    for (size_t d = rank - 1; d >= 2; --d) order.push_back(static_cast<int64_t>(d));
    order.push_back(0);
    return strides_in_order(sizes, order);
}

DimVector strides_in_format(IntArrayRef sizes, MemoryFormat format) {
    if (format == MemoryFormat::channels_last) {
        WICK_CHECK(sizes.size() == 4, "required rank 4 tensor to use channels_last format");
        return channels_last_strides(sizes);
    }
    if (format == MemoryFormat::channels_last_3d) {
        WICK_CHECK(sizes.size() == 5, "required rank 5 tensor to use channels_last_3d format");
        return channels_last_strides(sizes);
    }
    return contiguous_strides(sizes);
}

bool is_contiguous_in(const Tensor& self, MemoryFormat format) {
    if (format == MemoryFormat::contiguous || format == MemoryFormat::preserve) return self.is_contiguous();
    if (self.dim() != (format == MemoryFormat::channels_last ? 4 : 5)) return false;
    const DimVector expected = channels_last_strides(self.sizes());
    for (int64_t d = 0; d < self.dim(); ++d) {
        if (self.sizes()[d] != 1 && self.strides()[d] != expected[d]) return false;
    }
    return true;
}

bool is_non_overlapping_and_dense(const Tensor& self) {
    if (self.is_contiguous()) return true;
    DimVector order(static_cast<size_t>(self.dim()));
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return self.strides()[a] < self.strides()[b]; });
    int64_t expected = 1;
    for (int64_t d : order) {
        if (self.sizes()[d] == 1) continue;
        if (self.strides()[d] != expected) return false;
        expected *= self.sizes()[d];
    }
    return true;
}

DimVector preserved_strides(const Tensor& self) {
    if (is_non_overlapping_and_dense(self)) return DimVector(self.strides());
    const OperandGeometry own(self);
    return strides_in_order(self.sizes(), memory_order(self.sizes(), {&own, 1}));
}

Tensor contiguous(const Tensor& self) { return self.is_contiguous() ? self : clone(self, MemoryFormat::contiguous); }

Tensor contiguous(const Tensor& self, MemoryFormat format) {
    WICK_CHECK(format != MemoryFormat::preserve, "preserve memory format is unsupported by the contiguous operator");
    return is_contiguous_in(self, format) ? self : clone(self, format);
}

Tensor clone(const Tensor& self, MemoryFormat format) {
    if (self.is_sparse()) [[unlikely]] {
        WICK_CHECK(format == MemoryFormat::preserve, "unsupported memory format option of a sparse tensor");
        const SparseTensorImpl& impl = sparse_impl(self);
        return make_sparse(impl.sizes, clone(impl.indices), clone(impl.values), impl.is_coalesced);
    }
    Tensor copy = format == MemoryFormat::preserve
                      ? empty_like(self)
                      : empty_strided(self.sizes(), strides_in_format(self.sizes(), format), self.dtype());
    copy_into(copy, self);
    return copy;
}

void check_no_internal_overlap(const Tensor& self) {
    if (self.numel() == 0) return;
    for (int64_t d = 0; d < self.dim(); ++d) {
        WICK_CHECK(self.strides()[d] != 0 || self.sizes()[d] <= 1,
                   "unsupported operation: more than one element of the written-to tensor refers to a single memory "
                   "location. Please clone() the tensor before performing the operation.");
    }
}

}  // namespace wick::ops
