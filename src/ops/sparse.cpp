// Making sparse tensors, their parts, and the way from and to strided ones.

#include "ops/sparse.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include <wick/support/check.h>
#include <wick/tensor/default_dtype.h>

#include "ops/factory_options.h"
#include "ops/families.h"
#include "ops/sparse_call.h"

namespace wick::ops {

namespace {

int64_t places_in(IntArrayRef sparse_sizes) {
    int64_t count = 1;
    for (int64_t size : sparse_sizes)
        WICK_CHECK(!__builtin_mul_overflow(count, size, &count), "a sparse tensor of size {} has too many places",
                   format_sizes(sparse_sizes));
    return count;
}

IntArrayRef sparse_sizes(const SparseTensorImpl& impl) {
    return IntArrayRef(impl.sizes).slice(0, static_cast<size_t>(impl.indices.size(0)));
}

/// The number of elements of an entry.
int64_t entry_size(const Tensor& values) {
    int64_t size = 1;
    for (int64_t d = 1; d < values.dim(); ++d) size *= values.size(d);
    return size;
}

DimVector sizes_of_values(int64_t nnz, IntArrayRef sizes, size_t sparse_dim) {
    DimVector result(sizes.slice(sparse_dim));
    result.insert(0, nnz);
    return result;
}

/// Adds rows to rows: to[to_row] += alpha * from[from_row], for what `rows` lists.
void add_rows(const Tensor& to, const Tensor& from, const std::vector<std::pair<int64_t, int64_t>>& rows, int64_t width,
              const Scalar& alpha) {
    dispatch_dtype(to.dtype(), [&]<class T>() {
        T* into = to.mutable_data<T>();
        const T* source = from.data<T>();
        const T factor = alpha.to<T>();
        for (const auto& [to_row, from_row] : rows)
            for (int64_t j = 0; j < width; ++j) {
                T& sum = into[to_row * width + j];
                const T value = source[from_row * width + j];
                if constexpr (std::is_same_v<T, bool>)
                    sum = sum || (value && factor);
                else
                    sum = static_cast<T>(sum + static_cast<T>(factor * value));
            }
    });
}

}  // namespace

Tensor empty_sparse(IntArrayRef sizes, DType dtype) {
    checked_numel(sizes);
    return make_sparse(sizes, empty({static_cast<int64_t>(sizes.size()), 0}, DType::int64), empty({0}, dtype), true);
}

std::vector<int64_t> places(const Tensor& indices, IntArrayRef sizes) {
    WICK_CHECK(indices.dim() == 2 && indices.dtype() == DType::int64 && !indices.is_sparse() &&
                   indices.size(0) <= static_cast<int64_t>(sizes.size()),
               "indices of a sparse tensor are an int64 matrix of at most {} rows", sizes.size());
    const int64_t sparse_dim = indices.size(0), nnz = indices.size(1);
    places_in(sizes.slice(0, static_cast<size_t>(sparse_dim)));
    std::vector<int64_t> result(static_cast<size_t>(nnz), 0);
    for (int64_t d = 0; d < sparse_dim; ++d) {
        const int64_t* at = indices.data<int64_t>() + d * indices.stride(0);
        for (int64_t i = 0; i < nnz; ++i) {
            const int64_t index = at[i * indices.stride(1)];
            WICK_CHECK(index >= 0 && index < sizes[d],
                       "size is inconsistent with indices: for dim {}, size is {} but found index {}", d, sizes[d],
                       index);
            result[i] = result[i] * sizes[d] + index;
        }
    }
    return result;
}

Tensor coalesce(const Tensor& self) {
    const SparseTensorImpl& impl = sparse_impl(self, "coalesce");
    if (impl.is_coalesced) return self;
    const int64_t nnz = impl.values.size(0), sparse_dim = impl.indices.size(0);
    const std::vector<int64_t> place = places(impl.indices, sparse_sizes(impl));
    std::vector<int64_t> order(static_cast<size_t>(nnz));
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, {}, [&](int64_t i) { return place[i]; });
    std::vector<std::pair<int64_t, int64_t>> rows;  // of the result, of the values
    std::vector<int64_t> firsts;
    for (const int64_t i : order) {
        if (firsts.empty() || place[firsts.back()] != place[i]) firsts.push_back(i);
        rows.emplace_back(static_cast<int64_t>(firsts.size()) - 1, i);
    }
    const auto count = static_cast<int64_t>(firsts.size());
    const Tensor indices = empty({sparse_dim, count}, DType::int64), given = contiguous(impl.indices);
    int64_t* to = indices.mutable_data<int64_t>();
    for (int64_t d = 0; d < sparse_dim; ++d)
        for (int64_t i = 0; i < count; ++i) to[d * count + i] = given.data<int64_t>()[d * nnz + firsts[i]];
    const Tensor values = zeros(sizes_of_values(count, impl.sizes, static_cast<size_t>(sparse_dim)), impl.dtype);
    add_rows(values, contiguous(impl.values), rows, entry_size(impl.values), 1);
    return make_sparse(impl.sizes, indices, values, true);
}

void add_entries(const Tensor& self, const Tensor& source, const Scalar& alpha) {
    const SparseTensorImpl& impl = sparse_impl(source);
    WICK_CHECK(self.sizes() == source.sizes(),
               "add: expected 'self' and 'other' to have same size, but self has size {} while other has size {} "
               "(FYI: dense-sparse addition does not currently support broadcasting)",
               format_sizes(self.sizes()), format_sizes(source.sizes()));
    const Tensor whole = contiguous(self), values = contiguous(to_dtype(impl.values, self.dtype()));
    const std::vector<int64_t> place = places(impl.indices, sparse_sizes(impl));
    std::vector<std::pair<int64_t, int64_t>> rows;
    for (size_t i = 0; i < place.size(); ++i) rows.emplace_back(place[i], i);
    add_rows(whole, values, rows, entry_size(values), alpha);
    if (!whole.is_same(self)) copy_into(self, whole);
}

Tensor to_dense(const Tensor& self) {
    if (!self.is_sparse()) return self;
    const Tensor dense = zeros(self.sizes(), self.dtype());
    add_entries(dense, self, 1);
    return dense;
}

Tensor to_sparse(const Tensor& self, int64_t sparse_dim) {
    if (self.is_sparse()) {
        WICK_CHECK(sparse_dim == sparse_impl(self).indices.size(0),
                   "sparse dimension {} of to_sparse is not that of the sparse tensor", sparse_dim);
        return self;
    }
    WICK_CHECK(sparse_dim >= 0 && sparse_dim <= self.dim() && (sparse_dim > 0 || self.dim() == 0),
               "dense_to_sparse: sparse_dim argument must be in [{},{}] range, but {} is given",
               self.dim() == 0 ? 0 : 1, self.dim(), sparse_dim);
    const Tensor dense = contiguous(self);
    const IntArrayRef sizes = self.sizes(), outer = sizes.slice(0, static_cast<size_t>(sparse_dim));
    const int64_t count = places_in(outer), width = count == 0 ? 0 : self.numel() / count;
    std::vector<int64_t> kept;
    dispatch_dtype(self.dtype(), [&]<class T>() {
        const T* at = dense.data<T>();
        for (int64_t i = 0; i < count; ++i)
            if (std::any_of(at + i * width, at + (i + 1) * width, [](const T& value) { return value != T(0); }))
                kept.push_back(i);
    });
    const auto nnz = static_cast<int64_t>(kept.size());
    const Tensor indices = empty({sparse_dim, nnz}, DType::int64);
    const Tensor values = empty(sizes_of_values(nnz, sizes, static_cast<size_t>(sparse_dim)), self.dtype());
    int64_t* index = indices.mutable_data<int64_t>();
    char* to = static_cast<char*>(values.mutable_data_ptr());
    const char* from = static_cast<const char*>(dense.data_ptr());
    const auto bytes = static_cast<size_t>(width * self.itemsize());
    for (int64_t i = 0; i < nnz; ++i) {
        std::memcpy(to + i * bytes, from + kept[i] * bytes, bytes);
        for (int64_t d = sparse_dim, place = kept[i]; d-- > 0; place /= sizes[d]) index[d * nnz + i] = place % sizes[d];
    }
    return make_sparse(sizes, indices, values, true);
}

Tensor entries_at(const Tensor& self, const Tensor& indices) {
    const auto sparse_dim = static_cast<size_t>(indices.size(0));
    WICK_CHECK(static_cast<size_t>(self.dim()) >= sparse_dim, "{} dimensions of indices for a tensor of {}", sparse_dim,
               self.dim());
    const IntArrayRef outer = self.sizes().slice(0, sparse_dim);
    const std::vector<int64_t> place = places(indices, outer);
    const auto count = static_cast<int64_t>(place.size());
    const Tensor result = zeros(sizes_of_values(count, self.sizes(), sparse_dim), self.dtype());
    const auto bytes = static_cast<size_t>(entry_size(result) * self.itemsize());
    char* to = static_cast<char*>(result.mutable_data_ptr());
    const auto copy = [&](int64_t row, const char* from) { std::memcpy(to + row * bytes, from, bytes); };
    if (!self.is_sparse()) {
        const Tensor dense = contiguous(self);
        const char* from = static_cast<const char*>(dense.data_ptr());
        for (int64_t i = 0; i < count; ++i) copy(i, from + place[i] * bytes);
        return result;
    }
    const Tensor ordered = coalesce(self);
    const SparseTensorImpl& impl = sparse_impl(ordered);
    WICK_CHECK(impl.indices.size(0) == indices.size(0), "sparse tensors of {} and {} sparse dimensions",
               impl.indices.size(0), indices.size(0));
    const std::vector<int64_t> known = places(impl.indices, outer);
    const Tensor values = contiguous(impl.values);
    for (int64_t i = 0; i < count; ++i) {
        const auto found = std::ranges::lower_bound(known, place[i]);
        if (found != known.end() && *found == place[i])
            copy(i, static_cast<const char*>(values.data_ptr()) + (found - known.begin()) * bytes);
    }
    return result;
}

void set_entries(const Tensor& self, const Tensor& indices, const Tensor& given) {
    const auto sparse_dim = static_cast<size_t>(indices.size(0));
    const std::vector<int64_t> place = places(indices, self.sizes().slice(0, sparse_dim));
    const Tensor whole = contiguous(self), values = contiguous(given);
    const auto bytes = static_cast<size_t>(entry_size(values) * self.itemsize());
    char* to = static_cast<char*>(whole.mutable_data_ptr());
    const char* from = static_cast<const char*>(values.data_ptr());
    for (size_t i = 0; i < place.size(); ++i)
        std::memcpy(to + static_cast<size_t>(place[i]) * bytes, from + i * bytes, bytes);
    if (!whole.is_same(self)) copy_into(self, whole);
}

Tensor sparse_alias(const Tensor& self) {
    const SparseTensorImpl& impl = sparse_impl(self);
    const Tensor alias = make_sparse(impl.sizes, impl.indices, impl.values, impl.is_coalesced);
    alias.impl()->storage = impl.storage;
    alias.impl()->is_data = impl.is_data;
    return alias;
}

void sparse_copy_into(const Tensor& dst, const Tensor& src) {
    const auto name = [](const Tensor& t) {
        return fmt::format("torch.{}{}Tensor", t.is_sparse() ? "sparse." : "", scalar_name_of(t.dtype()));
    };
    WICK_CHECK(dst.is_sparse() && src.is_sparse(),
               "copy_() between dense and sparse Tensors is not implemented! Found self type = {} and src type = {}",
               name(dst), name(src));
    WICK_CHECK(dst.sizes() == src.sizes(), "copy_(): sparse tensors of sizes {} and {}", format_sizes(dst.sizes()),
               format_sizes(src.sizes()));
    SparseTensorImpl& to = sparse_impl(dst);
    const SparseTensorImpl& from = sparse_impl(src);
    const SharedReshape guard(to);
    to.indices = from.indices;
    to.values = to.dtype == from.dtype ? from.values : to_dtype(from.values, to.dtype);
    to.is_coalesced = from.is_coalesced;
    to.storage->bump_version(!to.is_data);
}

void take_over_sparse(const Tensor& self, const Tensor& source) {
    WICK_CHECK(self.is_sparse() && source.is_sparse(),
               "Attempted to call `variable.set_data(tensor)`, but `variable` and `tensor` have incompatible tensor "
               "type.");
    SparseTensorImpl& impl = sparse_impl(self);
    const SparseTensorImpl& other = sparse_impl(source);
    const SharedReshape guard(impl);
    impl.storage = other.storage;
    impl.sizes = other.sizes;
    impl.strides = other.strides;
    impl.dtype = other.dtype;
    impl.refresh();
    impl.indices = other.indices;
    impl.values = other.values;
    impl.is_coalesced = other.is_coalesced;
}

Tensor sparse_of(const Tensor& indices, const Tensor& values, IntArrayRef sizes, bool is_coalesced) {
    const int64_t sparse_dim = indices.size(0);
    return call("aten::_sparse_coo_tensor_with_dims_and_tensors", sparse_dim, values.dim() - 1, sizes.vec(), indices,
                values, IValue(), IValue(), IValue(), IValue(), is_coalesced);
}

}  // namespace wick::ops

namespace wick::jit {

using namespace ops;

namespace {

Tensor int64_indices(const Tensor& indices) { return to_dtype(indices, DType::int64).detach(); }

/// The constructor that all others come down to.
Tensor from_parts(int64_t, int64_t, const IntList& size, const Tensor& indices, const Tensor& values, MaybeDType dtype,
                  MaybeLayout, MaybeDevice device, Pin, std::optional<bool> is_coalesced) {
    check_device(device);
    const Tensor index = int64_indices(indices);
    check_sparse_parts(index, values, size);
    const bool claims = is_coalesced.value_or(false);
    if (claims) {
        const std::vector<int64_t> place =
            places(index, IntArrayRef(size).slice(0, static_cast<size_t>(index.size(0))));
        WICK_CHECK(std::ranges::adjacent_find(place, std::greater_equal<>()) == place.end(),
                   "cannot set is_coalesced to true if indices correspond to uncoalesced COO tensor");
    }
    return make_sparse(size, index, to_dtype(values.detach(), dtype.value_or(values.dtype())), claims);
}

/// The smallest size that has every index.
DimVector inferred_size(const Tensor& indices, const Tensor& values) {
    WICK_CHECK(indices.dim() == 2, "indices must be sparse_dim x nnz, but got: {}", format_sizes(indices.sizes()));
    const Tensor index = contiguous(int64_indices(indices));
    const int64_t nnz = index.size(1);
    DimVector size;
    for (int64_t d = 0; d < index.size(0); ++d) {
        const int64_t* at = index.data<int64_t>() + d * nnz;
        const int64_t largest = nnz == 0 ? -1 : *std::max_element(at, at + nnz);
        WICK_CHECK(largest < INT64_MAX, "found index {} for dim {}, which no size has", largest, d);
        for (int64_t i = 0; i < nnz; ++i) WICK_CHECK(at[i] >= 0, "found negative index {} for dim {}", at[i], d);
        size.push_back(largest + 1);
    }
    for (int64_t d = 1; d < values.dim(); ++d) size.push_back(values.size(d));
    return size;
}

Tensor sparse_coo_tensor(const Tensor& indices, const Tensor& given, const IntList& size, MaybeDType dtype, MaybeLayout,
                         MaybeDevice device, Pin, std::optional<bool> is_coalesced) {
    check_device(device);
    // One number may stand for the values of one entry.
    const Tensor values = given.dim() == 0 ? call("aten::unsqueeze", given, 0) : given;
    const Tensor cast = dtype ? call("aten::to.dtype", values, static_cast<int64_t>(*dtype)) : values;
    WICK_CHECK(indices.dim() == 2, "indices must be sparse_dim x nnz, but got: {}", format_sizes(indices.sizes()));
    return sparse_of(int64_indices(indices), cast, size, is_coalesced.value_or(false));
}

/// A strided gradient of a sparse tensor, at the tensor's places alone.
Tensor mask_gradient(const Tensor& grad, const Tensor& self) {
    if (!self.is_sparse()) return call("aten::to_dense", grad);
    if (grad.is_sparse()) return grad;
    return call("aten::sparse_mask", grad, self);
}

Tensor sparse_mask(const Tensor& self, const Tensor& mask) {
    sparse_impl(mask, "sparse_mask");
    WICK_CHECK(self.sizes() == mask.sizes(),
               "sparse_mask(): operands have incompatible sizes; self has size {} but mask has size {}",
               format_sizes(self.sizes()), format_sizes(mask.sizes()));
    const Tensor ordered = ops::coalesce(mask);
    const Tensor values = call("wick::sparse_values_at", self, sparse_impl(ordered).indices);
    return sparse_of(sparse_impl(ordered).indices, values, self.sizes(), true);
}

Tensor check_coalesced(const Tensor& self, const char* what, const char* layout) {
    WICK_CHECK(self.is_sparse(), "{} expected sparse {} layout but got Strided", what, layout);
    WICK_CHECK(sparse_impl(self).is_coalesced, "Cannot get {} on an uncoalesced tensor, please call .coalesce() first",
               what);
    return self;
}

/// What PyTorch says of its operators that have no body for strided tensors.
const SparseTensorImpl& only_sparse(const Tensor& self, const char* name) {
    if (!self.is_sparse())
        throw NotImplementedError(
            fmt::format("Could not run 'aten::{}' with arguments from the 'CPU' backend. This could be because the "
                        "operator doesn't exist for this backend.",
                        name));
    return sparse_impl(self);
}

Tensor to_sparse_of_layout(const Tensor& self, MaybeLayout layout, const std::optional<IntList>& blocksize,
                           std::optional<int64_t> dense_dim) {
    WICK_CHECK(!layout || *layout == static_cast<int64_t>(Layout::sparse),
               "to_sparse: torch.sparse_coo is the only sparse layout here");
    WICK_CHECK(!blocksize, "to_sparse: torch.sparse_coo has no blocksize");
    if (self.is_sparse()) return self;
    return call("aten::to_sparse.sparse_dim", self, self.dim() - dense_dim.value_or(0));
}

}  // namespace

#define WICK_SPARSE_OPTIONS WICK_OPTIONS ", bool? is_coalesced=None"

void register_sparse(Registry& ops) {
    ops.add(
           "aten::_sparse_coo_tensor_with_dims_and_tensors(int sparse_dim, int dense_dim, SymInt[] size, Tensor "
           "indices, Tensor values, *, " WICK_SPARSE_OPTIONS ") -> Tensor")
        .kernel(&from_parts)
        .any_layout()
        .derivative("values", "ops.wick.sparse_values_at(grad, indices)");
    ops.add("aten::sparse_coo_tensor.size(int[] size, *, " WICK_OPTIONS ") -> Tensor")
        .kernel([](const IntList& size, MaybeDType dtype, MaybeLayout, MaybeDevice device, Pin) {
            check_device(device);
            return empty_sparse(size, dtype.value_or(default_dtype()));
        });
    ops.add("aten::sparse_coo_tensor.indices(Tensor indices, Tensor values, *, " WICK_SPARSE_OPTIONS ") -> Tensor")
        .kernel([](const Tensor& indices, const Tensor& values, MaybeDType dtype, MaybeLayout layout,
                   MaybeDevice device, Pin pin, std::optional<bool> is_coalesced) {
            return sparse_coo_tensor(indices, values, inferred_size(indices, values), dtype, layout, device, pin,
                                     is_coalesced);
        })
        .differentiated_by_parts();
    for (const char* name : {"sparse_coo_tensor.indices_size", "_sparse_coo_tensor_unsafe"})
        ops
            .add(fmt::format(
                "aten::{}(Tensor indices, Tensor values, SymInt[] size, *, " WICK_SPARSE_OPTIONS ") -> Tensor", name))
            .kernel(&sparse_coo_tensor)
            .differentiated_by_parts();

    ops.add("aten::coalesce(Tensor(a) self) -> Tensor(a)")
        .kernel(&ops::coalesce)
        .any_layout()
        .derivative("self", "grad");
    ops.add("aten::_coalesced_(Tensor(a!) self, bool coalesced) -> Tensor(a!)")
        .kernel([](const Tensor& self, bool coalesced) {
            sparse_impl(self, "_coalesced_").is_coalesced = coalesced;
            return self;
        })
        .any_layout()
        .not_differentiable();
    ops.add("aten::is_coalesced(Tensor self) -> bool")
        .kernel([](const Tensor& self) { return sparse_impl(self, "is_coalesced").is_coalesced; })
        .any_layout();
    ops.add("aten::sparse_dim(Tensor self) -> int")
        .kernel([](const Tensor& self) { return self.is_sparse() ? sparse_impl(self).indices.size(0) : 0; })
        .any_layout();
    ops.add("aten::dense_dim(Tensor self) -> int")
        .kernel([](const Tensor& self) { return self.is_sparse() ? sparse_impl(self).values.dim() - 1 : self.dim(); })
        .any_layout();
    ops.add("aten::_nnz(Tensor self) -> int")
        .kernel([](const Tensor& self) { return only_sparse(self, "_nnz").values.size(0); })
        .any_layout();
    ops.add("aten::_indices(Tensor self) -> Tensor")
        .kernel([](const Tensor& self) { return only_sparse(self, "_indices").indices.detach(); })
        .any_layout()
        .not_differentiable();
    ops.add("aten::_values(Tensor self) -> Tensor")
        .kernel([](const Tensor& self) { return only_sparse(self, "_values").values.detach(); })
        .any_layout()
        .not_differentiable();
    ops.add("aten::indices(Tensor self) -> Tensor")
        .kernel([](const Tensor& self) {
            return sparse_impl(check_coalesced(self, "indices", "coordinate tensor")).indices.detach();
        })
        .any_layout()
        .not_differentiable();
    ops.add("aten::values(Tensor self) -> Tensor")
        .kernel(
            [](const Tensor& self) { return sparse_impl(check_coalesced(self, "values", "tensor")).values.detach(); })
        .any_layout()
        .derivative("self", "ops.wick.sparse_with_values(self, grad)");
    ops.add("wick::sparse_values(Tensor self) -> Tensor")
        .kernel([](const Tensor& self) { return sparse_impl(self, "values").values.detach(); })
        .any_layout()
        .derivative("self", "ops.wick.sparse_with_values(self, grad)");
    ops.add("wick::sparse_with_values(Tensor self, Tensor values) -> Tensor")
        .kernel([](const Tensor& self, const Tensor& values) { return with_values(self, values); })
        .any_layout()
        .differentiated_by_parts();
    ops.add("wick::sparse_values_at(Tensor self, Tensor indices) -> Tensor")
        .kernel(&entries_at)
        .any_layout()
        .derivative("self",
                    "torch._sparse_coo_tensor_with_dims_and_tensors(indices.size(0), grad.dim() - 1, self.size(), "
                    "indices, grad).to_dense()");
    ops.add("wick::mask_gradient(Tensor grad, Tensor self) -> Tensor")
        .kernel(&mask_gradient)
        .any_layout()
        .differentiated_by_parts();
    ops.add("aten::sparse_mask(Tensor self, Tensor mask) -> Tensor")
        .kernel(&sparse_mask)
        .any_layout()
        .differentiated_by_parts();

    ops.add("aten::to_dense(Tensor self, ScalarType? dtype=None, *, bool? masked_grad=None) -> Tensor")
        .kernel([](const Tensor& self, MaybeDType dtype, std::optional<bool>) {
            return to_dtype(ops::to_dense(self), dtype.value_or(self.dtype()));
        })
        .any_layout()
        .derivative("self", "ops.wick.mask_gradient(grad, self)");
    ops.add("aten::to_sparse.sparse_dim(Tensor self, int sparse_dim) -> Tensor")
        .kernel(&ops::to_sparse)
        .any_layout()
        .derivative("self", "grad.to_dense()");
    ops.add(
           "aten::to_sparse(Tensor self, *, Layout? layout=None, int[2]? blocksize=None, int? dense_dim=None) -> "
           "Tensor")
        .kernel(&to_sparse_of_layout)
        .any_layout()
        .differentiated_by_parts();
}

}  // namespace wick::jit
