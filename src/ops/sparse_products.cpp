// Products, sums and rearrangements of sparse tensors, made of calls on indices and values that are recorded
// themselves.

#include <algorithm>

#include <wick/support/check.h>
#include <wick/support/stop_check.h>

#include "ops/factory_options.h"
#include "ops/families.h"
#include "ops/sparse.h"
#include "ops/sparse_call.h"

namespace wick::jit {

using namespace ops;

namespace {

// ---- helpers

IntArrayRef sparse_sizes(const Tensor& self) {
    return self.sizes().slice(0, static_cast<size_t>(sparse_impl(self).indices.size(0)));
}

Tensor row_of(const Tensor& indices, int64_t d) { return select(indices, 0, d); }

/// The rows of indices in an order, or some of them.
Tensor rows_of(const Tensor& indices, const std::vector<int64_t>& dims) {
    std::vector<Tensor> rows;
    for (const int64_t d : dims) rows.push_back(row_of(indices, d));
    return rows.empty() ? empty({0, indices.size(1)}, DType::int64) : stack(rows);
}

/// Some of the entries, by their numbers.
Tensor columns_of(const Tensor& indices, const Tensor& which) { return call("aten::index_select", indices, 1, which); }
Tensor entries_of(const Tensor& values, const Tensor& which) { return call("aten::index_select", values, 0, which); }

/// A dimension by its number; a tensor without any has none.
int64_t dimension_of(const Tensor& self, int64_t d) {
    WICK_CHECK_INDEX(self.dim() > 0, "Dimension specified as {} but tensor has no dimensions", d);
    return wrap_dim(d, self.dim());
}

void check_matrix(const Tensor& self) {
    const SparseTensorImpl& impl = sparse_impl(self);
    WICK_CHECK(impl.indices.size(0) == 2 && impl.values.dim() == 1,
               "mm: Expected 2D sparse tensors without dense dimensions, got {}D with {} sparse and {} dense dims",
               self.dim(), impl.indices.size(0), impl.values.dim() - 1);
}

// ---- products

/// (rows, k) from values at indices of (rows, n) and a strided (n, k).
Tensor product(const Tensor& indices, const Tensor& values, int64_t rows, const Tensor& dense) {
    WICK_CHECK(dense.dim() == 2 && values.dtype() == dense.dtype() && rows >= 0 && indices.dim() == 2 &&
                   indices.size(0) == 2 && indices.size(1) == values.numel(),
               "sparse_product: values of dtype {} at indices of size {} do not go with a dense matrix",
               name_of(values.dtype()), format_sizes(indices.sizes()));
    const Tensor at = contiguous(indices), factor = contiguous(values), from = contiguous(dense);
    const int64_t nnz = values.numel(), n = dense.size(0), width = dense.size(1);
    const Tensor result = zeros({rows, width}, dense.dtype());
    places(at, IntArrayRef(DimVector{rows, n}));
    const int64_t* row = at.data<int64_t>();
    dispatch_dtype(dense.dtype(), [&]<class T>() {
        T* to = result.mutable_data<T>();
        StopCounter counter;
        for (int64_t i = 0; i < nnz; ++i) {
            counter.step();
            const T scale = factor.data<T>()[i];
            T* sum = to + row[i] * width;
            const T* source = from.data<T>() + row[nnz + i] * width;
            for (int64_t j = 0; j < width; ++j) sum[j] = static_cast<T>(sum[j] + static_cast<T>(scale * source[j]));
        }
    });
    return result;
}

/// What each value is multiplied with: the inner product of a row of `left` and one of `right`.
Tensor products_at(const Tensor& indices, const Tensor& left, const Tensor& right) {
    const Tensor a = call("aten::index_select", left, 0, row_of(indices, 0));
    const Tensor b = call("aten::index_select", right, 0, row_of(indices, 1));
    return call("aten::sum.dim_IntList", call("aten::mul.Tensor", a, b), std::vector<int64_t>{1});
}

/// Which entries of a meet which of b: a's columns are b's rows. b is coalesced.
std::pair<Tensor, Tensor> meetings(const Tensor& a, const Tensor& b, int64_t inner) {
    const Tensor columns = contiguous(row_of(a, 1)), rows = contiguous(row_of(b, 0));
    const int64_t *column = columns.data<int64_t>(), *row = rows.data<int64_t>();
    const int64_t nnz = rows.numel();
    std::vector<int64_t> first(static_cast<size_t>(inner) + 1, 0), of_a, of_b;
    for (int64_t j = 0; j < nnz; ++j) ++first[row[j] + 1];
    for (int64_t r = 0; r < inner; ++r) first[r + 1] += first[r];
    StopCounter counter;
    for (int64_t i = 0; i < columns.numel(); ++i)
        for (int64_t j = first[column[i]]; j < first[column[i] + 1]; ++j) {
            counter.step();
            of_a.push_back(i);
            of_b.push_back(j);
        }
    return {int_tensor(of_a), int_tensor(of_b)};
}

Tensor sparse_times_sparse(const Tensor& given_a, const Tensor& given_b) {
    const Tensor a = coalesced(given_a), b = coalesced(given_b);
    const Tensor &at_a = sparse_impl(a).indices, &at_b = sparse_impl(b).indices;
    places(at_a, a.sizes());
    places(at_b, b.sizes());
    const auto [of_a, of_b] = meetings(at_a, at_b, b.size(0));
    const Tensor values = call("aten::mul.Tensor", entries_of(values_of(a), of_a), entries_of(values_of(b), of_b));
    const Tensor indices[] = {columns_of(narrow(at_a, 0, 0, 1), of_a), columns_of(narrow(at_b, 0, 1, 1), of_b)};
    return coalesced(sparse_of(cat(indices, 0), values, {a.size(0), b.size(1)}));
}

Tensor mm(const Tensor& self, const Tensor& other) {
    WICK_CHECK(self.dim() == 2 && other.dim() == 2, "mm: expected matrices, got {}D and {}D tensors", self.dim(),
               other.dim());
    WICK_CHECK(self.size(1) == other.size(0), "mat1 and mat2 shapes cannot be multiplied ({}x{} and {}x{})",
               self.size(0), self.size(1), other.size(0), other.size(1));
    WICK_CHECK(self.dtype() == other.dtype(), "expected m1 and m2 to have the same dtype, but got: {} != {}",
               scalar_name_of(self.dtype()), scalar_name_of(other.dtype()));
    for (const Tensor& one : {self, other})
        if (one.is_sparse()) check_matrix(one);
    if (!self.is_sparse() && !other.is_sparse()) return call("aten::mm", self, other);
    if (self.is_sparse() && other.is_sparse()) return sparse_times_sparse(self, other);
    if (self.is_sparse())
        return call("wick::sparse_product", sparse_impl(self).indices, values_of(self), self.size(0), other);
    const Tensor flipped = rows_of(sparse_impl(other).indices, {1, 0});
    return call("aten::t",
                call("wick::sparse_product", flipped, values_of(other), other.size(1), call("aten::t", self)));
}

Tensor mv(const Tensor& self, const Tensor& vector) {
    WICK_CHECK(vector.dim() == 1, "mv: expected a vector, got a {}D tensor", vector.dim());
    return call("aten::squeeze.dim", mm(self, call("aten::unsqueeze", vector, 1)), 1);
}

Tensor matmul(const Tensor& self, const Tensor& other) {
    if (self.dim() == 2 && other.dim() == 1) return mv(self, other);
    if (self.dim() == 1 && other.dim() == 2) return mv(call("aten::t", other), self);
    return mm(self, other);
}

Tensor addmm(const Tensor& self, const Tensor& mat1, const Tensor& mat2, const Scalar& beta, const Scalar& alpha) {
    const Tensor scaled = call("aten::mul.Scalar", mm(mat1, mat2), alpha);
    return call("aten::add.Tensor", call("aten::mul.Scalar", self, beta), scaled, 1);
}

// ---- element by element

/// The entries of b in the places of a, where both have some.
Tensor sparse_mul_sparse(const Tensor& given_a, const Tensor& given_b) {
    const Tensor a = coalesced(given_a), b = coalesced(given_b);
    const std::vector<int64_t> at_a = places(sparse_impl(a).indices, sparse_sizes(a)),
                               at_b = places(sparse_impl(b).indices, sparse_sizes(b));
    std::vector<int64_t> of_a, of_b;
    for (size_t i = 0, j = 0; i < at_a.size() && j < at_b.size();) {
        if (at_a[i] == at_b[j]) {
            of_a.push_back(static_cast<int64_t>(i));
            of_b.push_back(static_cast<int64_t>(j));
        }
        const bool next_a = at_a[i] <= at_b[j], next_b = at_b[j] <= at_a[i];
        i += next_a;
        j += next_b;
    }
    const Tensor which = int_tensor(of_a);
    const Tensor values =
        call("aten::mul.Tensor", entries_of(values_of(a), which), entries_of(values_of(b), int_tensor(of_b)));
    return sparse_of(columns_of(sparse_impl(a).indices, which), values, a.sizes(), true);
}

Tensor mul(const Tensor& self, const Tensor& other) {
    if (!self.is_sparse()) return mul(other, self);
    if (other.is_sparse()) {
        WICK_CHECK(
            self.sizes() == other.sizes() && sparse_impl(self).indices.size(0) == sparse_impl(other).indices.size(0),
            "mul operands have incompatible sizes: {} and {}", format_sizes(self.sizes()), format_sizes(other.sizes()));
        return sparse_mul_sparse(self, other);
    }
    const Tensor factor = other.dim() == 0
                              ? other
                              : call("wick::sparse_values_at", call("aten::expand", other, self.sizes().vec()),
                                     sparse_impl(self).indices);
    return with_values(self, call("aten::mul.Tensor", values_of(self), factor));
}

Tensor div(const Tensor& self, const Tensor& other) {
    WICK_CHECK(self.is_sparse() && !other.is_sparse() && other.dim() == 0,
               "Sparse division requires a scalar or zero-dim dense tensor divisor (got shape {} for divisor)",
               format_sizes(other.sizes()));
    return with_values(self, call("aten::div.Tensor", values_of(self), other));
}

// ---- sums

Tensor sum_all(const Tensor& self, MaybeDType dtype) {
    return call("aten::sum", values_of(self), dtype ? IValue(static_cast<int64_t>(*dtype)) : IValue());
}

/// Summed sparse dimensions lose their indices, so that entries meet; a strided tensor where none is left.
/// Of all elements, which are the values where no two are in one place.
Tensor norm(const Tensor& self, const Scalar& p) { return call("aten::norm.Scalar", values_of(coalesced(self)), p); }

Tensor frobenius_norm(const Tensor& self, const IntList& dims, bool keepdim) {
    const auto all = static_cast<size_t>(self.dim());
    WICK_CHECK(dims.empty() || dims.size() == all,
               "norm_sparse currently only supports full reductions, so 'dim' must "
               "either be empty or contain all dimensions of the input");
    const Tensor found = norm(self, 2);
    return keepdim ? call("aten::reshape", found, std::vector<int64_t>(all, 1)) : found;
}

Tensor sum(const Tensor& given, const std::optional<IntList>& dims, bool keepdim, MaybeDType dtype) {
    const Tensor self = dtype ? call("aten::to.dtype", given, static_cast<int64_t>(*dtype)) : given;
    const SparseTensorImpl& impl = sparse_impl(self);
    const int64_t sparse_dim = impl.indices.size(0);
    std::vector<bool> summed(static_cast<size_t>(self.dim()), !dims || dims->size() == 0);
    if (dims)
        for (const int64_t d : *dims) summed[dimension_of(self, d)] = true;
    std::vector<int64_t> kept, dense;
    DimVector sizes;
    for (int64_t d = 0; d < self.dim(); ++d) {
        if (summed[d] && d >= sparse_dim) dense.push_back(d - sparse_dim + 1);
        if (!summed[d] && d < sparse_dim) kept.push_back(d);
        if (!summed[d]) sizes.push_back(self.size(d));
        if (summed[d] && keepdim) sizes.push_back(1);
    }
    Tensor values = values_of(self);
    if (!dense.empty()) values = call("aten::sum.dim_IntList", values, dense, keepdim);
    if (kept.empty()) {
        values = call("aten::sum.dim_IntList", values, std::vector<int64_t>{0});
        return call("aten::reshape", values, IntArrayRef(sizes).vec());
    }
    Tensor indices = rows_of(impl.indices, kept);
    if (keepdim) {
        std::vector<Tensor> rows;
        for (int64_t d = 0; d < sparse_dim; ++d)
            rows.push_back(summed[d] ? zeros({impl.values.size(0)}, DType::int64) : row_of(impl.indices, d));
        indices = stack(rows);
    }
    return coalesced(sparse_of(indices, values, sizes));
}

/// softmax over the entries of each row along `dim`; what has no entry counts as minus infinity.
Tensor softmax(const Tensor& given, int64_t d, MaybeDType dtype, bool logarithm) {
    const Tensor self = coalesced(dtype ? call("aten::to.dtype", given, static_cast<int64_t>(*dtype)) : given);
    const SparseTensorImpl& impl = sparse_impl(self);
    const int64_t dim = dimension_of(self, d), sparse_dim = impl.indices.size(0);
    const Tensor values = values_of(self);
    if (dim >= sparse_dim)
        return with_values(self, call(logarithm ? "aten::log_softmax.int" : "aten::softmax.int", values,
                                      dim - sparse_dim + 1, IValue()));
    // The rows, numbered: entries that differ in the dimension alone.
    Tensor others = call("aten::clone", impl.indices);
    fill(select(others, 0, dim), 0);
    std::vector<int64_t> row = places(others, sparse_sizes(self)), known = row;
    std::ranges::sort(known);
    known.erase(std::unique(known.begin(), known.end()), known.end());
    for (int64_t& r : row) r = std::ranges::lower_bound(known, r) - known.begin();
    const Tensor number = int_tensor(row);
    DimVector sizes(impl.values.sizes());
    sizes[0] = static_cast<int64_t>(known.size());
    const Tensor none = full(sizes, -INFINITY, impl.dtype);
    const Tensor largest = call("aten::index_reduce", none, 0, number, impl.values, "amax");
    const Tensor shifted = call("aten::sub.Tensor", values, entries_of(largest, number), 1);
    const Tensor exponent = call("aten::exp", shifted);
    const Tensor sums = call("aten::index_add", zeros(sizes, impl.dtype), 0, number, exponent);
    const Tensor whole = entries_of(logarithm ? call("aten::log", sums) : sums, number);
    return with_values(
        self, logarithm ? call("aten::sub.Tensor", shifted, whole, 1) : call("aten::div.Tensor", exponent, whole));
}

// ---- rearrangements

Tensor permute(const Tensor& self, const IntList& dims) {
    const SparseTensorImpl& impl = sparse_impl(self);
    const int64_t sparse_dim = impl.indices.size(0);
    WICK_CHECK(static_cast<int64_t>(dims.size()) == self.dim(),
               "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired "
               "ordering of dimensions i.e. input.dim() = {} is not equal to len(dims) = {}",
               self.dim(), dims.size());
    std::vector<int64_t> outer, inner{0};
    DimVector sizes;
    bool is_same = true;
    for (size_t i = 0; i < dims.size(); ++i) {
        const int64_t d = wrap_dim(dims[i], self.dim());
        const bool is_sparse = static_cast<int64_t>(i) < sparse_dim;
        WICK_CHECK((d < sparse_dim) == is_sparse,
                   "permute(sparse_coo): transpositions between sparse and dense dimensions are not allowed.");
        if (is_sparse)
            outer.push_back(d);
        else
            inner.push_back(d - sparse_dim + 1);
        is_same = is_same && (!is_sparse || d == static_cast<int64_t>(i));
        sizes.push_back(self.size(d));
    }
    const Tensor values = call("aten::permute", values_of(self), inner);
    return sparse_of(rows_of(impl.indices, outer), values, sizes, impl.is_coalesced && is_same);
}

Tensor transpose(const Tensor& self, int64_t dim0, int64_t dim1) {
    IntList dims;
    for (int64_t d = 0; d < self.dim(); ++d) dims.push_back(d);
    if (!dims.empty()) std::swap(dims[wrap_dim(dim0, self.dim())], dims[wrap_dim(dim1, self.dim())]);
    return permute(self, dims);
}

Tensor unsqueeze(const Tensor& self, int64_t d) {
    const SparseTensorImpl& impl = sparse_impl(self);
    const int64_t dim = wrap_dim(d, self.dim() + 1), sparse_dim = impl.indices.size(0);
    DimVector sizes(self.sizes());
    sizes.insert(static_cast<size_t>(dim), 1);
    if (dim > sparse_dim)
        return sparse_of(impl.indices, call("aten::unsqueeze", values_of(self), dim - sparse_dim + 1), sizes,
                         impl.is_coalesced);
    std::vector<Tensor> rows;
    for (int64_t i = 0; i < sparse_dim; ++i) rows.push_back(row_of(impl.indices, i));
    rows.insert(rows.begin() + dim, zeros({impl.values.size(0)}, DType::int64));
    return sparse_of(stack(rows), values_of(self), sizes);
}

/// The entries with one of the indices in the dimension, once for each time that it is named.
Tensor index_select(const Tensor& self, int64_t d, const Tensor& index) {
    WICK_CHECK(self.is_sparse() && !index.is_sparse() && index.dim() <= 1,
               "index_select() argument index must be 1-D likewise, and not sparse");
    const SparseTensorImpl& impl = sparse_impl(self);
    const int64_t dim = dimension_of(self, d), sparse_dim = impl.indices.size(0), size = self.size(dim);
    const Tensor wanted = contiguous(to_dtype(reshape(index, {-1}), DType::int64));
    DimVector sizes(self.sizes());
    sizes[dim] = wanted.numel();
    if (dim >= sparse_dim)
        return sparse_of(impl.indices, call("aten::index_select", values_of(self), dim - sparse_dim + 1, wanted), sizes,
                         impl.is_coalesced);
    places(impl.indices, sparse_sizes(self));
    const Tensor row = contiguous(row_of(impl.indices, dim));
    std::vector<std::vector<int64_t>> entries(static_cast<size_t>(size));
    for (int64_t i = 0; i < row.numel(); ++i) entries[static_cast<size_t>(row.data<int64_t>()[i])].push_back(i);
    std::vector<int64_t> which, at;
    for (int64_t k = 0; k < wanted.numel(); ++k) {
        const int64_t i = wanted.data<int64_t>()[k];
        WICK_CHECK_INDEX(i >= -size && i < size,
                         "index_select(): index contains {} that is out of range for tensor of size {} at dimension {}",
                         i, format_sizes(self.sizes()), dim);
        for (const int64_t entry : entries[static_cast<size_t>(i < 0 ? i + size : i)]) {
            which.push_back(entry);
            at.push_back(k);
        }
    }
    const Tensor some = int_tensor(which);
    const Tensor indices = columns_of(impl.indices, some);
    copy_into(select(indices, 0, dim), int_tensor(at));
    return sparse_of(indices, entries_of(values_of(self), some), sizes);
}

/// Strided when that was the only sparse dimension.
Tensor select_index(const Tensor& self, int64_t d, int64_t index) {
    const int64_t dim = dimension_of(self, d), size = self.size(dim);
    WICK_CHECK_INDEX(index >= -size && index < size,
                     "select(): index {} out of range for tensor of size {} at dimension {}", index,
                     format_sizes(self.sizes()), dim);
    const Tensor one = index_select(self, dim, int_tensor({index < 0 ? index + size : index}));
    return sum(one, IntList{dim}, false, std::nullopt);
}

std::vector<Tensor> unbind(const Tensor& self, int64_t d) {
    const int64_t dim = dimension_of(self, d);
    std::vector<Tensor> parts;
    for (int64_t i = 0; i < self.size(dim); ++i) parts.push_back(select_index(self, dim, i));
    return parts;
}

Tensor narrow_copy(const Tensor& self, int64_t dim, int64_t start, int64_t length) {
    const int64_t size = self.size(dimension_of(self, dim)), first = start < 0 ? start + size : start;
    WICK_CHECK(length >= 0 && first >= 0 && first <= size - length,
               "start ({}) + length ({}) exceeds dimension size ({}).", start, length, size);
    std::vector<int64_t> range;
    for (int64_t i = 0; i < length; ++i) range.push_back(first + i);
    return index_select(self, dim, int_tensor(range));
}

Tensor cat_sparse(const std::vector<Tensor>& tensors, int64_t d) {
    const Tensor& first = tensors.at(0);
    const int64_t dim = dimension_of(first, d);
    DimVector sizes(first.sizes());
    sizes[dim] = 0;
    std::vector<Tensor> indices, values;
    for (const Tensor& one : tensors) {
        WICK_CHECK(one.is_sparse(), "Concatenating sparse tensors, but a dense tensor was found.");
        const SparseTensorImpl& impl = sparse_impl(one);
        const int64_t sparse_dim = impl.indices.size(0);
        WICK_CHECK(one.dim() == first.dim() && sparse_dim == sparse_impl(first).indices.size(0) && dim < sparse_dim,
                   "cat of sparse tensors: they have the same sparse dimensions, and are joined along one of those");
        for (int64_t i = 0; i < one.dim(); ++i)
            WICK_CHECK(i == dim || one.size(i) == first.size(i),
                       "All tensors must have the same shape: {} (first) and {} differ beside dimension {}",
                       format_sizes(first.sizes()), format_sizes(one.sizes()), dim);
        const Tensor moved = clone(impl.indices);
        const Tensor row = select(moved, 0, dim);
        copy_into(row, call("aten::add.Scalar", row, sizes[dim]));
        indices.push_back(moved);
        values.push_back(values_of(one));
        sizes[dim] += one.size(dim);
    }
    return sparse_of(cat(indices, 1), call("aten::cat", values, 0), sizes);
}

Tensor stack_sparse(const std::vector<Tensor>& tensors, int64_t d) {
    std::vector<Tensor> rows;
    for (const Tensor& one : tensors) rows.push_back(call("aten::unsqueeze", one, wrap_dim(d, tensors[0].dim() + 1)));
    return cat_sparse(rows, wrap_dim(d, tensors[0].dim() + 1));
}

}  // namespace

void register_sparse_products(Registry& ops) {
    ops.add("wick::sparse_product(Tensor indices, Tensor values, int rows, Tensor dense) -> Tensor")
        .kernel(&product)
        .derivative("values", "ops.wick.sparse_products_at(indices, grad, dense.conj())")
        .derivative("dense", "ops.wick.sparse_product(indices.flip([0]), values.conj(), dense.size(0), grad)");
    ops.add("wick::sparse_products_at(Tensor indices, Tensor left, Tensor right) -> Tensor")
        .kernel(&products_at)
        .differentiated_by_parts();
    ops.entry("aten::norm.Scalar").sparse(&norm);
    ops.entry("aten::frobenius_norm.dim").sparse(&frobenius_norm);
    ops.entry("aten::mm").sparse(&mm);
    ops.entry("aten::mv").sparse(&mv);
    ops.entry("aten::matmul").sparse(&matmul);
    ops.entry("aten::addmm").sparse(&addmm);
    ops.add("aten::_sparse_mm(Tensor sparse, Tensor dense) -> Tensor")
        .kernel(&mm)
        .any_layout()
        .differentiated_by_parts();
    ops.add("aten::_sparse_addmm(Tensor self, Tensor mat1, Tensor mat2, *, Scalar beta=1, Scalar alpha=1) -> Tensor")
        .kernel(&addmm)
        .any_layout()
        .differentiated_by_parts();

    ops.entry("aten::mul.Tensor").sparse(&mul);
    ops.entry("aten::div.Tensor").sparse(&div);

    ops.entry("aten::sum").sparse(&sum_all);
    ops.entry("aten::sum.dim_IntList").sparse(&sum);
    ops.add("aten::_sparse_softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor")
        .kernel([](const Tensor& self, int64_t dim, MaybeDType dtype) { return softmax(self, dim, dtype, false); })
        .any_layout()
        .differentiated_by_parts();
    ops.add("aten::_sparse_log_softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor")
        .kernel([](const Tensor& self, int64_t dim, MaybeDType dtype) { return softmax(self, dim, dtype, true); })
        .any_layout()
        .differentiated_by_parts();

    ops.entry("aten::permute").sparse(&permute);
    ops.entry("aten::transpose.int").sparse(&transpose);
    ops.entry("aten::t").sparse([](const Tensor& self) {
        WICK_CHECK(self.dim() <= 2, "t() expects a tensor with <= 2 sparse and 0 dense dimensions, but self is {}D",
                   self.dim());
        return self.dim() < 2 ? self : transpose(self, 0, 1);
    });
    ops.entry("aten::unsqueeze").sparse(&unsqueeze);
    ops.entry("aten::index_select").sparse(&index_select);
    ops.entry("aten::select.int").sparse(&select_index);
    ops.entry("aten::unbind.int").sparse(&unbind);
    ops.entry("aten::narrow_copy").sparse(&narrow_copy);
    ops.entry("aten::cat").sparse(&cat_sparse);
    ops.entry("aten::stack").sparse(&stack_sparse);
}

}  // namespace wick::jit
