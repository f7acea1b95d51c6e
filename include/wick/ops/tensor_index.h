#pragma once
// Indices of tensors as Python writes them between brackets, under libtorch's names (torch::indexing):
//
//   x.index({1, Slice(0, 2), None, Ellipsis, mask})     x[1, 0:2, None, ..., mask]
//   x.index_put_({Slice(), places}, 0)                  x[:, places] = 0

#include <concepts>
#include <cstdint>
#include <optional>

#include <wick/tensor/tensor.h>

namespace wick::indexing {

struct EllipsisType {};
/// All dimensions that no other index speaks of.
inline constexpr EllipsisType Ellipsis;
/// A new dimension of size 1; a bound of a slice that is left out.
inline constexpr std::nullopt_t None = std::nullopt;

/// start:stop:step. Negative bounds count from the end, those outside are moved to it. A step is at least 1.
class Slice {
 public:
    using Bound = std::optional<int64_t>;
    Slice(Bound start = {}, Bound stop = {}, Bound step = {}) : start_(start), stop_(stop), step_(step.value_or(1)) {}

    Bound start() const { return start_; }
    Bound stop() const { return stop_; }
    int64_t step() const { return step_; }

 private:
    Bound start_, stop_;
    int64_t step_;
};

/// One index. Integers select, slices and tensors keep a dimension, a tensor of bools takes as many as it has.
class WICK_API TensorIndex {
 public:
    enum class Kind { none, ellipsis, integer, slice, tensor };

    TensorIndex(std::nullopt_t) : kind_(Kind::none) {}
    TensorIndex(EllipsisType) : kind_(Kind::ellipsis) {}
    /// "..."; OpError for any other text.
    TensorIndex(const char* ellipsis);
    TensorIndex(std::integral auto position) requires(!std::same_as<decltype(position), bool>)
        : kind_(Kind::integer), integer_(static_cast<int64_t>(position)) {}
    /// All of a new dimension of size 1, or nothing of it.
    TensorIndex(std::same_as<bool> auto on) : kind_(Kind::tensor), tensor_(scalar_tensor(on, DType::bool_)) {}
    TensorIndex(const Slice& slice) : kind_(Kind::slice), slice_(slice) {}
    TensorIndex(Tensor tensor) : kind_(Kind::tensor), tensor_(std::move(tensor)) {}

    Kind kind() const { return kind_; }
    int64_t integer() const { return integer_; }
    const Slice& slice() const { return slice_; }
    const Tensor& tensor() const { return tensor_; }

 private:
    Kind kind_;
    int64_t integer_ = 0;
    Slice slice_;
    Tensor tensor_;
};

}  // namespace wick::indexing
