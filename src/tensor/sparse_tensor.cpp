#include <cstring>

#include <wick/support/check.h>
#include <wick/tensor/sparse_tensor.h>

#include "tensor/call_mode.h"

namespace wick {

/// The one element of every sparse tensor's storage: a zero of any dtype.
static IntrusivePtr<Storage> zero_storage() {
    constexpr int64_t kBytes = sizeof(std::complex<double>);
    IntrusivePtr<Storage> storage = Storage::allocate(kBytes);
    std::memset(storage->data(), 0, kBytes);
    return storage;
}

SparseTensorImpl::SparseTensorImpl(IntArrayRef sizes_, Tensor indices_, Tensor values_, bool is_coalesced_)
    : TensorImpl(zero_storage(), values_.dtype(), sizes_, DimVector(sizes_.size()), 0),
      indices(std::move(indices_)),
      values(std::move(values_)),
      is_coalesced(is_coalesced_) {
    layout = Layout::sparse;
    CallMode::meet(CallMode::kSparse);
}

void check_sparse_sizes(const Tensor& indices, const Tensor& values, IntArrayRef sizes) {
    WICK_CHECK(indices.dim() == 2, "indices must be sparse_dim x nnz, but got: {}", format_sizes(indices.sizes()));
    WICK_CHECK(values.dim() > 0, "values must have a dimension of entries, but got: {}", format_sizes(values.sizes()));
    WICK_CHECK(!indices.is_sparse() && !values.is_sparse(), "expected values and indices to be strided tensors");
    const int64_t sparse_dim = indices.size(0), dense_dim = values.dim() - 1, nnz = indices.size(1);
    WICK_CHECK(
        static_cast<int64_t>(sizes.size()) == sparse_dim + dense_dim,
        "'len(size) == sparse_dim + dense_dim' is not satisfied: len(size) = {}, sparse_dim = {}, dense_dim = {}",
        sizes.size(), sparse_dim, dense_dim);
    WICK_CHECK(indices.dtype() == DType::int64, "indices must be an int64 tensor");
    WICK_CHECK(values.size(0) == nnz,
               "indices and values must have same nnz, but got nnz from indices: {}, nnz from values: {}", nnz,
               values.size(0));
    DimVector expected(sizes.slice(static_cast<size_t>(sparse_dim)));
    expected.insert(0, nnz);
    WICK_CHECK(values.sizes() == IntArrayRef(expected), "values has incorrect size, expected {}, got {}",
               format_sizes(expected), format_sizes(values.sizes()));
}

void check_sparse_parts(const Tensor& indices, const Tensor& values, IntArrayRef sizes) {
    check_sparse_sizes(indices, values, sizes);
    const int64_t sparse_dim = indices.size(0), nnz = indices.size(1);
    for (int64_t d = 0; d < sparse_dim; ++d) {
        const int64_t* at = indices.data<int64_t>() + d * indices.stride(0);
        for (int64_t i = 0; i < nnz; ++i) {
            const int64_t index = at[i * indices.stride(1)];
            WICK_CHECK(index >= 0, "found negative index {} for dim {}", index, d);
            WICK_CHECK(index < sizes[d], "size is inconsistent with indices: for dim {}, size is {} but found index {}",
                       d, sizes[d], index);
        }
    }
}

Tensor make_sparse(IntArrayRef sizes, const Tensor& indices, const Tensor& values, bool is_coalesced) {
    return Tensor(make_intrusive<SparseTensorImpl>(sizes, indices, values, is_coalesced));
}

SparseTensorImpl& sparse_impl(const Tensor& tensor, std::string_view asker) {
    WICK_CHECK(tensor.is_sparse(), "{} expected sparse coordinate tensor layout but got Strided", asker);
    return static_cast<SparseTensorImpl&>(*tensor.impl());
}

Tensor Tensor::_indices() const { return sparse_impl(*this, "_indices").indices; }
Tensor Tensor::_values() const { return sparse_impl(*this, "_values").values; }
int64_t Tensor::_nnz() const { return sparse_impl(*this, "_nnz").values.size(0); }

}  // namespace wick
