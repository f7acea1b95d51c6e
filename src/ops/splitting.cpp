// A tensor in parts: lists of views along a dimension.

#include <algorithm>

#include <wick/support/memory_meter.h>

#include "ops/registry.h"
#include "ops/tensor_ops.h"
#include "ops/views.h"

namespace wick::ops {

using jit::IntList;

/// A list that will hold `count` views, whose heads take memory although their elements are there.
static std::vector<Tensor> list_for_views(int64_t count) {
    check_memory(count * static_cast<int64_t>(sizeof(TensorImpl)));
    std::vector<Tensor> views;
    views.reserve(static_cast<size_t>(count));
    return views;
}

std::vector<Tensor> split(const Tensor& self, int64_t split_size, int64_t dim) {
    WICK_CHECK(self.dim() > 0, "split expects at least a 1-dimensional tensor");
    WICK_CHECK(split_size >= 0, "split expects split_size be non-negative, but got split_size={}", split_size);
    const int64_t size = self.size(dim);
    WICK_CHECK(split_size > 0 || size == 0,
               "split_size can only be 0 if dimension size is 0, but got dimension size of {}", size);
    if (size == 0) return {alias(self)};
    std::vector<Tensor> parts = list_for_views((size - 1) / split_size + 1);
    for (int64_t start = 0; start < size; start += std::min(split_size, size - start))
        parts.push_back(narrow(self, dim, start, std::min(split_size, size - start)));
    return parts;
}

std::vector<Tensor> split_with_sizes(const Tensor& self, IntArrayRef sizes, int64_t dim) {
    WICK_CHECK(self.dim() > 0, "split expects at least a 1-dimensional tensor");
    const int64_t size = self.size(dim);
    int64_t total = 0;
    for (int64_t length : sizes) {
        WICK_CHECK(length >= 0,
                   "split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes={}",
                   format_sizes(sizes));
        total = length > size ? size + 1 : std::min(total + length, size + 1);
    }
    WICK_CHECK(total == size,
               "split_with_sizes expects split_sizes to sum exactly to {} (input tensor's size at dimension {}), but "
               "got split_sizes={}",
               size, dim, format_sizes(sizes));
    std::vector<Tensor> parts = list_for_views(static_cast<int64_t>(sizes.size()));
    int64_t start = 0;
    for (int64_t length : sizes) {
        parts.push_back(narrow(self, dim, start, length));
        start += length;
    }
    return parts;
}

std::vector<Tensor> chunk(const Tensor& self, int64_t chunks, int64_t dim) {
    WICK_CHECK(self.dim() > 0, "chunk expects at least a 1-dimensional tensor");
    WICK_CHECK(chunks > 0, "chunk expects `chunks` to be greater than 0, got: {}", chunks);
    const int64_t size = self.size(dim);
    const int64_t split_size = size == 0 ? 0 : (size - 1) / chunks + 1;
    if (split_size == 0) {
        check_memory(chunks * static_cast<int64_t>(sizeof(int64_t)));
        DimVector sizes(static_cast<size_t>(chunks), 0);
        return split_with_sizes(self, sizes, dim);
    }
    return split(self, split_size, dim);
}

std::vector<Tensor> unbind(const Tensor& self, int64_t dim) {
    dim = wrap_dim(dim, self.dim());
    WICK_CHECK(self.dim() > 0, "Dimension specified as {} but tensor has no dimensions", dim);
    std::vector<Tensor> parts = list_for_views(self.sizes()[dim]);
    for (int64_t i = 0; i < self.sizes()[dim]; ++i) parts.push_back(select(self, dim, i));
    return parts;
}

namespace {

std::vector<Tensor> tensor_split_at(const Tensor& self, IntList indices, int64_t dim) {
    WICK_CHECK(self.dim() > 0, "tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims");
    std::vector<Tensor> parts;
    int64_t start = 0;
    for (int64_t index : indices) {
        parts.push_back(slice(self, dim, start, index));
        start = index;
    }
    parts.push_back(slice(self, dim, start, std::nullopt));
    return parts;
}

std::vector<Tensor> tensor_split_sections(const Tensor& self, int64_t sections, int64_t dim) {
    WICK_CHECK(self.dim() > 0, "tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims");
    WICK_CHECK(sections > 0, "number of sections must be larger than 0, got {}", sections);
    const int64_t size = self.size(dim);
    std::vector<Tensor> parts = list_for_views(sections);
    int64_t start = 0;
    for (int64_t i = 0; i < sections; ++i) {
        const int64_t length = size / sections + (i < size % sections ? 1 : 0);
        parts.push_back(narrow(self, dim, start, length));
        start += length;
    }
    return parts;
}

/// hsplit, vsplit and dsplit differ in the dimension and the rank they ask for.
template <int64_t kDim, int64_t kMinRank>
std::vector<Tensor> nsplit_sections(const Tensor& self, int64_t sections) {
    WICK_CHECK(self.dim() >= kMinRank,
               "{}split requires a tensor with at least {} dimension{}, but got a tensor with {} dimensions",
               "hvd"[kMinRank - 1], kMinRank, kMinRank == 1 ? "" : "s", self.dim());
    const int64_t dim = self.dim() == 1 ? 0 : kDim;
    WICK_CHECK(sections > 0 && self.size(dim) % sections == 0,
               "torch.{}split attempted to split along dimension {}, but the size of the dimension {} is not divisible "
               "by the split_size {}!",
               "hvd"[kMinRank - 1], dim, self.size(dim), sections);
    return tensor_split_sections(self, sections, dim);
}
template <int64_t kDim, int64_t kMinRank>
std::vector<Tensor> nsplit_at(const Tensor& self, IntList indices) {
    WICK_CHECK(self.dim() >= kMinRank,
               "{}split requires a tensor with at least {} dimension{}, but got a tensor with {} dimensions",
               "hvd"[kMinRank - 1], kMinRank, kMinRank == 1 ? "" : "s", self.dim());
    return tensor_split_at(self, indices, self.dim() == 1 ? 0 : kDim);
}

}  // namespace
}  // namespace wick::ops

namespace wick::jit {

using namespace ops;

void register_splitting(Registry& ops) {
    auto split_tensor = [](const Tensor& self, int64_t size, int64_t dim) { return split(self, size, dim); };
    auto split_sizes = [](const Tensor& self, IntList sizes, int64_t dim) {
        return split_with_sizes(self, sizes, dim);
    };
    ops.add("aten::split.Tensor(Tensor(a -> *) self, SymInt split_size, int dim=0) -> Tensor(a)[]")
        .kernel(split_tensor)
        .derivative("self", "torch.cat(grads, dim)")
        .gradient_name("SplitBackward0");
    for (std::string_view schema :
         {"aten::split.sizes(Tensor(a -> *) self, SymInt[] split_size, int dim=0) -> Tensor(a)[]",
          "aten::split(Tensor(a -> *) self, int[] split_sizes, int dim=0) -> Tensor(a)[]",
          "aten::split_with_sizes(Tensor(a -> *) self, SymInt[] split_sizes, int dim=0) -> Tensor(a)[]"}) {
        ops.add(schema)
            .kernel(split_sizes)
            .derivative("self", "torch.cat(grads, dim)")
            .gradient_name("SplitWithSizesBackward0");
    }
    ops.add("aten::unsafe_split.Tensor(Tensor self, SymInt split_size, int dim=0) -> Tensor[]")
        .kernel(split_tensor)
        .derivative("self", "torch.cat(grads, dim)");
    ops.add("aten::unsafe_split_with_sizes(Tensor self, SymInt[] split_sizes, int dim=0) -> Tensor[]")
        .kernel(split_sizes)
        .derivative("self", "torch.cat(grads, dim)");
    ops.add("aten::chunk(Tensor(a -> *) self, int chunks, int dim=0) -> Tensor(a)[]")
        .kernel(&chunk)
        .derivative("self", "torch.cat(grads, dim)")
        .gradient_name("SplitBackward0");
    ops.add("aten::unsafe_chunk(Tensor self, int chunks, int dim=0) -> Tensor[]")
        .kernel(&chunk)
        .derivative("self", "torch.cat(grads, dim)");
    ops.add("aten::tensor_split.sections(Tensor(a -> *) self, SymInt sections, int dim=0) -> Tensor(a)[]")
        .kernel(&tensor_split_sections)
        .derivative("self", "torch.cat(grads, dim)")
        .gradient_name("SliceBackward0");
    ops.add("aten::tensor_split.indices(Tensor(a -> *) self, SymInt[] indices, int dim=0) -> Tensor(a)[]")
        .kernel(&tensor_split_at)
        .derivative("self", "torch.cat(grads, dim)")
        .gradient_name("SliceBackward0");
    ops.add("aten::hsplit.int(Tensor(a -> *) self, int sections) -> Tensor(a)[]")
        .kernel(&nsplit_sections<1, 1>)
        .derivative("self", "torch.cat(grads, 0 if self.dim() == 1 else 1)");
    ops.add("aten::hsplit.array(Tensor(a -> *) self, int[] indices) -> Tensor(a)[]")
        .kernel(&nsplit_at<1, 1>)
        .derivative("self", "torch.cat(grads, 0 if self.dim() == 1 else 1)");
    ops.add("aten::vsplit.int(Tensor(a -> *) self, int sections) -> Tensor(a)[]")
        .kernel(&nsplit_sections<0, 2>)
        .derivative("self", "torch.cat(grads, 0)");
    ops.add("aten::vsplit.array(Tensor(a -> *) self, int[] indices) -> Tensor(a)[]")
        .kernel(&nsplit_at<0, 2>)
        .derivative("self", "torch.cat(grads, 0)");
    ops.add("aten::dsplit.int(Tensor(a -> *) self, int sections) -> Tensor(a)[]")
        .kernel(&nsplit_sections<2, 3>)
        .derivative("self", "torch.cat(grads, 2)");
    ops.add("aten::dsplit.array(Tensor(a -> *) self, int[] indices) -> Tensor(a)[]")
        .kernel(&nsplit_at<2, 3>)
        .derivative("self", "torch.cat(grads, 2)");
    ops.add("aten::unbind.int(Tensor(a -> *) self, int dim=0) -> Tensor(a)[]")
        .kernel(&unbind)
        .derivative("self", "torch.stack(grads, dim)");
}

}  // namespace wick::jit
