// Reading and writing elements named by index tensors along dimensions.

#include "ops/both_forms.h"
#include "ops/families.h"
#include "ops/index_plan.h"
#include "ops/pointwise.h"

namespace wick::jit {
namespace {

using namespace ops;
using TensorList = std::vector<Tensor>;

Indices all_of(const TensorList& tensors) { return Indices(tensors.begin(), tensors.end()); }

Indices along(const Tensor& self, int64_t dim, const Tensor& index) {
    Indices indices(static_cast<size_t>(wrap_dim(dim, self.dim())));
    indices.emplace_back(index.dim() == 0 ? unsqueeze(index, 0) : index);
    return indices;
}

Tensor put_at(const Tensor& self, const Indices& indices, const Tensor& values, bool accumulate) {
    index_put(self, indices, values, accumulate);
    return self;
}

Tensor index_put_inplace(const Tensor& self, const Indices& indices, const Tensor& values, bool accumulate) {
    // A single number may have another dtype.
    const bool number = values.dim() == 0 && values.dtype() != self.dtype();
    return put_at(self, indices, number ? to_dtype(values, self.dtype()) : values, accumulate);
}
Tensor index_put_twin(const Tensor& self, const TensorList& indices, const Tensor& values, bool accumulate) {
    return put_at(self, all_of(indices), values, accumulate);
}

void check_along(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source, std::string_view name) {
    WICK_CHECK_INDEX(index.dim() <= 1, "{}(): Index should have dimension 1 or 0 (got {})", name, index.dim());
    WICK_CHECK(index.dtype() == DType::int64 || index.dtype() == DType::int32,
               "{}(): Expected dtype int32/int64 for index", name);
    WICK_CHECK(self.dtype() == source.dtype(),
               "{}(): self and source expected to have the same dtype, but got (self) {} and (source) {}", name,
               scalar_name_of(self.dtype()), scalar_name_of(source.dtype()));
    const int64_t d = wrap_dim(dim, self.dim());
    const int64_t length = source.dim() == 0 ? 1 : source.size(d);
    WICK_CHECK_INDEX(index.numel() == length,
                     "{}(): Number of indices ({}) should be equal to source.size(dim): ({}), for dim: {}", name,
                     index.numel(), length, d);
}

Tensor index_add(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source, const Scalar& alpha) {
    check_along(self, dim, index, source, "index_add");
    const bool plain = alpha.is_integral() && alpha.to_int() == 1;
    const Tensor scaled = plain ? source
                                : to_dtype(pointwise(
                                               kPromote, [](Expr x, Expr a) { return x * a; }, source, alpha),
                                           self.dtype());
    if (self.dim() == 0) {
        copy_into(self, pointwise(
                            kPromote, [](Expr a, Expr b) { return a + b; }, self, reshape(scaled, {})));
        return self;
    }
    return put_at(self, along(self, dim, index), scaled, true);
}

Tensor index_copy(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source) {
    check_along(self, dim, index, source, "index_copy");
    if (self.dim() == 0) {
        copy_into(self, reshape(source, {}));
        return self;
    }
    return put_at(self, along(self, dim, index), source, false);
}

Tensor index_fill_number(const Tensor& self, int64_t dim, const Tensor& index, const Scalar& value) {
    if (self.dim() == 0) {
        if (index.numel() > 0) fill(self, value);
        return self;
    }
    return put_at(self, along(self, dim, index), scalar_tensor(value, self.dtype()), false);
}
Tensor index_fill_tensor(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& value) {
    WICK_CHECK(value.dim() == 0,
               "index_fill_ only supports a 0-dimensional value tensor, but got tensor with {} dimension(s).",
               value.dim());
    return index_fill_number(self, dim, index, value.item());
}

Tensor take(const Tensor& self, const Tensor& index) {
    WICK_CHECK(index.dtype() == DType::int64, "take(): Expected a long tensor for index, but got {}",
               scalar_name_of(index.dtype()));
    return ops::index(reshape(self, {-1}), {index});
}

Tensor put(const Tensor& self, const Tensor& index, const Tensor& source, bool accumulate) {
    WICK_CHECK(index.numel() == source.numel(),
               "put_(): Expected source and index to have the same number of elements, but got source.numel() = {}, "
               "index.numel() = {}",
               source.numel(), index.numel());
    const Tensor flat = self.is_contiguous() ? view(self, {-1}) : reshape(self, {-1});
    index_put(flat, {reshape(index, {-1})}, reshape(source, {-1}), accumulate);
    if (!self.is_contiguous()) copy_into(self, view(flat, self.sizes()));
    return self;
}

Tensor replaced(const Tensor& copy, const Tensor& part, const Tensor& src) {
    WICK_CHECK(part.sizes() == src.sizes(),
               "expected src to have a size equal to the slice of self. src size = {}, slice size = {}",
               format_sizes(src.sizes()), format_sizes(part.sizes()));
    copy_into(part, src);
    return copy;
}

}  // namespace

void register_indexing(Registry& ops) {
    for (const char* name : {"index", "_unsafe_index"}) {
        ops.add(fmt::format("aten::{}.Tensor(Tensor self, Tensor?[] indices) -> Tensor", name))
            .kernel([](const Tensor& self, const Indices& indices) { return index(self, indices); })
            .derivative("self", "grad.new_zeros(self.size()).index_put_(indices, grad, True)");
        ops.add(fmt::format("aten::{}.Tensor_hacked_twin(Tensor self, Tensor[] indices) -> Tensor", name))
            .kernel([](const Tensor& self, const TensorList& indices) { return index(self, all_of(indices)); })
            .derivative("self", "grad.new_zeros(self.size()).index_put_(indices, grad, True)");
    }
    add_both_forms<&index_put_inplace>(
        ops, "aten::index_put(Tensor self, Tensor?[] indices, Tensor values, bool accumulate=False) -> Tensor")
        .derivative("self", "grad if accumulate else grad.index_put(indices, torch.zeros_like(values))")
        .derivative("values", "torch.index(grad, indices)");
    add_both_forms<&index_put_twin>(
        ops,
        "aten::index_put.hacked_twin(Tensor self, Tensor[] indices, Tensor values, bool accumulate=False) -> Tensor")
        .derivative("self", "grad if accumulate else grad.index_put(indices, torch.zeros_like(values))")
        .derivative("values", "torch.index(grad, indices)");
    ops.add(
           "aten::_index_put_impl_(Tensor(a!) self, Tensor?[] indices, Tensor values, bool accumulate=False, bool "
           "unsafe=False) -> Tensor(a!)")
        .kernel([](const Tensor& self, const Indices& indices, const Tensor& values, bool accumulate, bool) {
            return index_put_inplace(self, indices, values, accumulate);
        })
        .derivative("self", "grad if accumulate else grad.index_put(indices, torch.zeros_like(values))")
        .derivative("values", "torch.index(grad, indices)");
    ops.add("aten::index_select(Tensor self, int dim, Tensor index) -> Tensor")
        .kernel(&index_select)
        .out()
        .derivative("self", "grad.new_zeros(self.size()).index_add_(dim, index, grad)");
    add_both_forms<&index_add>(
        ops, "aten::index_add(Tensor self, int dim, Tensor index, Tensor source, *, Scalar alpha=1) -> Tensor")
        .out()
        .derivative("self", "grad")
        .derivative("source", "grad.index_select(dim, index) * ops.wick.conj_number(alpha)");
    add_both_forms<&index_copy>(ops, "aten::index_copy(Tensor self, int dim, Tensor index, Tensor source) -> Tensor")
        .out()
        .derivative("self", "grad.index_fill(dim, index, 0)")
        .derivative("source", "grad.index_select(dim, index).reshape(source.size())");
    add_both_forms<&index_fill_number>(
        ops, "aten::index_fill.int_Scalar(Tensor self, int dim, Tensor index, Scalar value) -> Tensor")
        .derivative("self", "grad.index_fill(dim, index, 0)");
    add_both_forms<&index_fill_tensor>(
        ops, "aten::index_fill.int_Tensor(Tensor self, int dim, Tensor index, Tensor value) -> Tensor")
        .derivative("self", "grad.index_fill(dim, index, 0)")
        .derivative("value", "(grad - grad.index_fill(dim, index, 0)).sum()");
    ops.add("aten::take(Tensor self, Tensor index) -> Tensor")
        .kernel(&take)
        .out()
        .derivative("self", "grad.new_zeros(self.size()).put_(index, grad, True)");
    add_both_forms<&put>(ops, "aten::put(Tensor self, Tensor index, Tensor source, bool accumulate=False) -> Tensor")
        .derivative("self", "grad if accumulate else grad.put(index, torch.zeros_like(source))")
        .derivative("source", "grad.take(index).reshape(source.size())");
    ops.add("aten::select_scatter(Tensor self, Tensor src, int dim, SymInt index) -> Tensor")
        .kernel([](const Tensor& self, const Tensor& src, int64_t dim, int64_t index) {
            const Tensor copy = clone(self);
            return replaced(copy, select(copy, dim, index), src);
        })
        .derivative("self", "grad.select_scatter(torch.zeros_like(src), dim, index)")
        .derivative("src", "grad.select(dim, index)");
    ops.add(
           "aten::slice_scatter(Tensor self, Tensor src, int dim=0, SymInt? start=None, SymInt? end=None, SymInt "
           "step=1) -> Tensor")
        .kernel([](const Tensor& self, const Tensor& src, int64_t dim, std::optional<int64_t> start,
                   std::optional<int64_t> end, int64_t step) {
            const Tensor copy = clone(self);
            return replaced(copy, slice(copy, dim, start, end, step), src);
        })
        .derivative("self", "grad.slice_scatter(torch.zeros_like(src), dim, start, end, step)")
        .derivative("src", "torch.slice(grad, dim, start, end, step)");
    ops.add("aten::diagonal_scatter(Tensor self, Tensor src, int offset=0, int dim1=0, int dim2=1) -> Tensor")
        .kernel([](const Tensor& self, const Tensor& src, int64_t offset, int64_t dim1, int64_t dim2) {
            const Tensor copy = clone(self);
            return replaced(copy, diagonal(copy, offset, dim1, dim2), src);
        })
        .derivative("self", "grad.diagonal_scatter(torch.zeros_like(src), offset, dim1, dim2)")
        .derivative("src", "grad.diagonal(offset, dim1, dim2)");
}

}  // namespace wick::jit
