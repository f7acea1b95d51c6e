// Views with dimensions in another order, and the diagonals of matrices.

#include <algorithm>

#include "ops/registry.h"
#include "ops/tensor_ops.h"
#include "ops/views.h"

namespace wick::ops {

using jit::IntList;

Tensor permute(const Tensor& self, IntArrayRef dims) {
    WICK_CHECK(static_cast<int64_t>(dims.size()) == self.dim(),
               "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired "
               "ordering of dimensions i.e. input.dim() = {} is not equal to len(dims) = {}",
               self.dim(), dims.size());
    DimVector sizes(dims.size());
    DimVector strides(dims.size());
    SmallVector<bool, 8> seen(dims.size());
    for (size_t i = 0; i < dims.size(); ++i) {
        const int64_t d = wrap_dim(dims[i], self.dim());
        WICK_CHECK(!seen[d], "permute(): duplicate dims are not allowed.");
        seen[d] = true;
        sizes[i] = self.sizes()[d];
        strides[i] = self.strides()[d];
    }
    return with_geometry(self, sizes, strides);
}

Tensor transpose(const Tensor& self, int64_t dim0, int64_t dim1) {
    dim0 = wrap_dim(dim0, self.dim());
    dim1 = wrap_dim(dim1, self.dim());
    DimVector sizes(self.sizes());
    DimVector strides(self.strides());
    if (dim0 != dim1) {
        std::swap(sizes[dim0], sizes[dim1]);
        std::swap(strides[dim0], strides[dim1]);
    }
    return with_geometry(self, sizes, strides);
}

static Tensor movedims(const Tensor& self, IntArrayRef source, IntArrayRef destination) {
    WICK_CHECK(source.size() == destination.size(),
               "movedim: Invalid source or destination dims: source ({} dims) should contain the same number of dims "
               "as destination ({} dims)",
               source.size(), destination.size());
    const int64_t rank = self.dim();
    DimVector order(static_cast<size_t>(rank), -1);
    SmallVector<bool, 8> taken(static_cast<size_t>(rank));
    for (size_t i = 0; i < source.size(); ++i) {
        const int64_t from = wrap_dim(source[i], rank);
        const int64_t to = wrap_dim(destination[i], rank);
        if (rank == 0) continue;
        WICK_CHECK(!taken[from], "movedim: repeated dim in `source` ({})", format_sizes(source));
        WICK_CHECK(order[to] == -1, "movedim: repeated dim in `destination` ({})", format_sizes(destination));
        order[to] = from;
        taken[from] = true;
    }
    for (int64_t to = 0, from = 0; to < rank; ++to) {
        if (order[to] != -1) continue;
        while (taken[from]) ++from;
        order[to] = from++;
    }
    return permute(self, order);
}

Tensor movedim(const Tensor& self, int64_t source, int64_t destination) { return movedims(self, source, destination); }

Tensor diagonal(const Tensor& self, int64_t offset, int64_t dim1, int64_t dim2) {
    dim1 = wrap_dim(dim1, self.dim());
    dim2 = wrap_dim(dim2, self.dim());
    WICK_CHECK(dim1 != dim2, "diagonal dimensions cannot be identical {}, {}", dim1, dim2);
    const int64_t rows = self.sizes()[dim1];
    const int64_t columns = self.sizes()[dim2];
    const int64_t row = offset < 0 ? std::min(rows, offset == INT64_MIN ? rows : -offset) : 0;
    const int64_t column = offset > 0 ? std::min(columns, offset) : 0;
    const int64_t length = std::max<int64_t>(std::min(rows - row, columns - column), 0);
    DimVector sizes;
    DimVector strides;
    for (int64_t d = 0; d < self.dim(); ++d) {
        if (d == dim1 || d == dim2) continue;
        sizes.push_back(self.sizes()[d]);
        strides.push_back(self.strides()[d]);
    }
    sizes.push_back(length);
    strides.push_back(self.strides()[dim1] + self.strides()[dim2]);
    const int64_t start = length == 0 ? 0 : row * self.strides()[dim1] + column * self.strides()[dim2];
    return self.as_strided_unchecked(sizes, strides, self.storage_offset() + start);
}

namespace {

Tensor t(const Tensor& self) {
    WICK_CHECK(self.dim() <= 2, "t() expects a tensor with <= 2 dimensions, but self is {}D", self.dim());
    return self.dim() < 2 ? alias(self) : transpose(self, 0, 1);
}

Tensor numpy_T(const Tensor& self) {
    DimVector dims;
    for (int64_t d = self.dim(); d-- > 0;) dims.push_back(d);
    return permute(self, dims);
}

Tensor mT(const Tensor& self) {
    WICK_CHECK(self.dim() >= 2, "tensor.mT is only supported on matrices or batches of matrices. Got {}-D tensor.",
               self.dim());
    return transpose(self, -2, -1);
}

}  // namespace
}  // namespace wick::ops

namespace wick::jit {

using namespace ops;

void register_axis_views(Registry& ops) {
    ops.add("aten::permute(Tensor(a) self, int[] dims) -> Tensor(a)")
        .kernel([](const Tensor& self, IntList dims) { return permute(self, dims); })
        .derivative("self", "ops.wick.permute_backward(grad, dims)");
    ops.add("aten::transpose.int(Tensor(a) self, int dim0, int dim1) -> Tensor(a)")
        .kernel(&transpose)
        .derivative("self", "grad.transpose(dim0, dim1)");
    ops.add("aten::swapaxes(Tensor(a) self, int axis0, int axis1) -> Tensor(a)")
        .kernel(&transpose)
        .derivative("self", "grad.transpose(axis0, axis1)");
    ops.add("aten::swapdims(Tensor(a) self, int dim0, int dim1) -> Tensor(a)")
        .kernel(&transpose)
        .derivative("self", "grad.transpose(dim0, dim1)");
    ops.add("aten::transpose_(Tensor(a!) self, int dim0, int dim1) -> Tensor(a!)")
        .kernel([](const Tensor& self, int64_t a, int64_t b) { return become(self, transpose(self, a, b)); })
        .derivative("self", "grad.transpose(dim0, dim1)");
    ops.add("aten::t(Tensor(a) self) -> Tensor(a)").kernel(&t).derivative("self", "grad.t()");
    ops.add("aten::t_(Tensor(a!) self) -> Tensor(a!)").kernel([](const Tensor& self) { return become(self, t(self)); });
    // Attribute syntax (`x.T`, `x.mT`) resolves to the overloads named "a".
    for (std::string_view overload : {"", ".a"}) {
        ops.add(fmt::format("aten::numpy_T{}(Tensor(a) self) -> Tensor(a)", overload))
            .kernel(&numpy_T)
            .derivative("self", "torch.numpy_T(grad)")
            .gradient_name("PermuteBackward0");
        ops.add(fmt::format("aten::mT{}(Tensor(a) self) -> Tensor(a)", overload))
            .kernel(&mT)
            .derivative("self", "grad.transpose(-2, -1)")
            .gradient_name("TransposeBackward0");
    }
    for (std::string_view name : {"movedim", "moveaxis"}) {
        ops.add(fmt::format("aten::{}.int(Tensor(a) self, int source, int destination) -> Tensor(a)", name))
            .kernel(&movedim)
            .derivative("self", "grad.movedim(destination, source)")
            .gradient_name("PermuteBackward0");
        ops.add(fmt::format("aten::{}.intlist(Tensor(a) self, int[] source, int[] destination) -> Tensor(a)", name))
            .kernel([](const Tensor& self, IntList source, IntList destination) {
                return movedims(self, source, destination);
            })
            .derivative("self", "grad.movedim(destination, source)")
            .gradient_name("PermuteBackward0");
    }
    ops.add("aten::diagonal(Tensor(a) self, int offset=0, int dim1=0, int dim2=1) -> Tensor(a)")
        .kernel(&diagonal)
        .derivative("self", "torch.diagonal_backward(grad, self.size(), offset, dim1, dim2)");
}

}  // namespace wick::jit
