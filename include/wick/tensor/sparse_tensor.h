#pragma once
// Sparse tensors in coordinate form (COO), as PyTorch's of layout torch.sparse_coo.
//
// A tensor of sizes (s0, …, s(k-1), d0, …, d(m-1)) with k sparse and m dense dimensions is n = nnz entries: `indices`
// of shape (k, n) says where each lies in the sparse dimensions, `values` of shape (n, d0, …, d(m-1)) what lies there.
// What no entry names is zero, what several name is their sum. The entries are coalesced when no two are in one place
// and all are in the order of their places.

#include <wick/tensor/tensor.h>

namespace wick {

/// Its sizes and dtype are those of the whole. Its storage holds nothing that is asked for: it counts writes, and its
/// one element, at which all strides of 0 point, is what a reader sees who did not ask for the layout.
class WICK_API SparseTensorImpl : public TensorImpl {
 public:
    /// Takes the parts as they are: check_sparse_parts says whether they fit.
    SparseTensorImpl(IntArrayRef sizes, Tensor indices, Tensor values, bool is_coalesced);

    /// int64, without history, as the values are.
    Tensor indices, values;
    bool is_coalesced;
};

/// OpError unless the parts make a tensor of these sizes: in PyTorch's words, every index in its bounds.
WICK_API void check_sparse_parts(const Tensor& indices, const Tensor& values, IntArrayRef sizes);
/// As above without a look at the indices, for parts whose bytes are still to come.
WICK_API void check_sparse_sizes(const Tensor& indices, const Tensor& values, IntArrayRef sizes);
/// Of parts that fit.
WICK_API Tensor make_sparse(IntArrayRef sizes, const Tensor& indices, const Tensor& values, bool is_coalesced = false);
/// The inside of a sparse tensor. OpError for another one, naming what wanted to know it.
WICK_API SparseTensorImpl& sparse_impl(const Tensor& tensor, std::string_view asker = "the operator");

}  // namespace wick
