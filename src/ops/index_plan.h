#pragma once
// Advanced indexing, x[i, :, j]: which elements a list of index tensors names.

#include <optional>
#include <vector>

#include "ops/tensor_ops.h"

namespace wick::ops {

/// Index tensors per dimension, as aten::index.Tensor takes them; nullopt or undefined keeps the dimension whole.
using Indices = std::vector<std::optional<Tensor>>;

/// The elements that `indices` name in a tensor. The result has the dimensions before the indexed ones, then the
/// broadcast shape of the indices, then those after; indices that are not adjacent put their shape in front, as in
/// NumPy.
struct IndexPlan {
    DimVector sizes;             ///< of the result
    std::vector<int64_t> outer;  ///< element offsets of the dimensions before
    std::vector<int64_t> named;  ///< element offsets that the indices name, checked
    std::vector<int64_t> inner;  ///< element offsets of the dimensions after; empty when they are 0, 1, …
    int64_t width = 1;           ///< elements in the dimensions after

    /// IndexError when an index is outside its dimension, in PyTorch's words.
    IndexPlan(const Tensor& self, const Indices& indices);
    int64_t numel() const { return static_cast<int64_t>(outer.size() * named.size()) * width; }
    int64_t inner_offset(int64_t k) const { return inner.empty() ? k : inner[k]; }
};

/// self[indices], row-major.
Tensor index(const Tensor& self, const Indices& indices);
/// self[indices] = values (or += with `accumulate`, repeated indices adding up).
void index_put(const Tensor& self, const Indices& indices, const Tensor& values, bool accumulate);
/// Rows of `self` along `dim`.
Tensor index_select(const Tensor& self, int64_t dim, const Tensor& index);
/// Positions of the elements that are not zero: an int64 matrix, a row per element.
Tensor nonzero(const Tensor& self);

}  // namespace wick::ops
