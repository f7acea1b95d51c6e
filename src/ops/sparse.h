#pragma once
// Sparse tensors (wick/tensor/sparse_tensor.h) as kernels see them, and the parts that bodies for sparse arguments are
// made of.

#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <wick/tensor/sparse_tensor.h>

#include "ops/recorded.h"
#include "ops/registry.h"
#include "ops/tensor_ops.h"

namespace wick::ops {

// ---- kernels

/// The row-major number of every entry's place in the sparse dimensions, int64 of shape (nnz); OpError where there are
/// more places than int64 has numbers. Indices are looked at again: somebody may have written to them.
std::vector<int64_t> places(const Tensor& indices, IntArrayRef sizes);
/// The same tensor with its entries in order and one for each place; itself when that is so already.
Tensor coalesce(const Tensor& self);
/// One without entries, whose dimensions are all sparse.
Tensor empty_sparse(IntArrayRef sizes, DType dtype);
/// A sparse one with every element at its place.
Tensor to_dense(const Tensor& self);
/// The elements that are not zero, with `sparse_dim` dimensions of indices.
Tensor to_sparse(const Tensor& self, int64_t sparse_dim);
/// The same parts under another handle; writes to either count for both.
Tensor sparse_alias(const Tensor& self);
/// dst = src where at least one is sparse. OpError unless both are.
void sparse_copy_into(const Tensor& dst, const Tensor& src);
/// self's elements at the places, as the values of a sparse tensor with these indices; zero where a sparse self has no
/// entry.
Tensor entries_at(const Tensor& self, const Tensor& indices);
/// Writes them there; self is strided.
void set_entries(const Tensor& self, const Tensor& indices, const Tensor& values);
/// ops::take_over where at least one is sparse. OpError unless both are.
void take_over_sparse(const Tensor& self, const Tensor& source);
/// self += alpha * source, entry by entry; self is strided.
void add_entries(const Tensor& self, const Tensor& source, const Scalar& alpha);

// ---- what is recorded when gradients are wanted

using recorded::call;
/// values_of(x) has x's history.
inline Tensor values_of(const Tensor& self) { return call("wick::sparse_values", self); }
/// A sparse tensor with the values' history.
Tensor sparse_of(const Tensor& indices, const Tensor& values, IntArrayRef sizes, bool is_coalesced = false);
/// With self's places and other values of as many entries.
inline Tensor with_values(const Tensor& self, const Tensor& values) {
    const SparseTensorImpl& impl = sparse_impl(self);
    return sparse_of(impl.indices, values, impl.sizes, impl.is_coalesced);
}
inline Tensor coalesced(const Tensor& self) { return call("aten::coalesce", self); }

}  // namespace wick::ops
