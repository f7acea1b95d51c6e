#pragma once
// The iteration space that the operands of an elementwise operator share.
//
// Operands are broadcast to one shape, dimensions are put in the order of the operands' memory (innermost first) and
// neighbours that every operand walks as one are merged. Elements then have linear positions 0 … numel-1, and an
// operator works on runs of positions.

#include <algorithm>
#include <cstdint>
#include <span>

#include <wick/support/array_ref.h>
#include <wick/tensor/tensor.h>

namespace wick::ops {

/// Elements below which splitting work between threads costs more than it saves.
inline constexpr int64_t kParallelGrain = 32768;

struct OperandGeometry {
    IntArrayRef sizes;
    IntArrayRef strides;
    explicit OperandGeometry(const Tensor& tensor) : sizes(tensor.sizes()), strides(tensor.strides()) {}
    OperandGeometry(IntArrayRef sizes, IntArrayRef strides) : sizes(sizes), strides(strides) {}
};

/// Stride of an operand along dimension d of `shape`: 0 where it is broadcast.
int64_t broadcast_stride(const OperandGeometry& operand, IntArrayRef shape, size_t d);
/// Dimensions of `shape` in the order they are walked, innermost first: by the strides of the operands in turn
/// (outputs stand first), ties by size, as TensorIterator does.
DimVector memory_order(IntArrayRef shape, std::span<const OperandGeometry> operands);
/// Dense strides for `shape` whose innermost-first order is `order`.
DimVector strides_in_order(IntArrayRef shape, IntArrayRef order);

class Loop {
 public:
    Loop(IntArrayRef shape, std::span<const OperandGeometry> operands, IntArrayRef order);
    /// In memory order.
    Loop(IntArrayRef shape, std::span<const OperandGeometry> operands)
        : Loop(shape, operands, memory_order(shape, operands)) {}

    int64_t numel() const { return numel_; }
    /// Merged sizes, innermost first; at least one dimension.
    IntArrayRef sizes() const { return sizes_; }
    /// Strides of an operand, in elements, innermost first.
    IntArrayRef strides(size_t operand) const { return {strides_.data() + operand * sizes_.size(), sizes_.size()}; }
    /// Whether position p of the operand is element p.
    bool is_linear(size_t operand) const {
        int64_t elements = 1;
        for (size_t d = 0; d < sizes_.size(); ++d) {
            if (strides_[operand * sizes_.size() + d] != elements) return false;
            elements *= sizes_[d];
        }
        return true;
    }

    /// Splits positions [begin, end) into runs inside the innermost dimension: fn(offsets, n), one element offset per
    /// operand; within a run, operand k steps by strides(k)[0].
    template <class F>
    void for_each_run(int64_t begin, int64_t end, F&& fn) const;
    /// As above for a single operand: fn(offset, n).
    template <class F>
    void for_each_run_of(size_t operand, int64_t begin, int64_t end, F&& fn) const;

 private:
    DimVector sizes_;
    SmallVector<int64_t, 24> strides_;
    size_t operands_;
    int64_t numel_ = 1;
};

template <class F>
void Loop::for_each_run(int64_t begin, int64_t end, F&& fn) const {
    if (begin >= end) return;
    const size_t rank = sizes_.size();
    DimVector index(rank);
    SmallVector<int64_t, 8> offsets(operands_);
    for (int64_t rest = begin, d = 0; d < static_cast<int64_t>(rank); ++d) {
        index[d] = rest % sizes_[d];
        rest /= sizes_[d];
        for (size_t k = 0; k < operands_; ++k) offsets[k] += index[d] * strides_[k * rank + d];
    }
    for (int64_t position = begin;;) {
        const int64_t n = std::min(sizes_[0] - index[0], end - position);
        fn(static_cast<const int64_t*>(offsets.data()), n);
        position += n;
        if (position >= end) return;
        for (size_t k = 0; k < operands_; ++k) offsets[k] -= index[0] * strides_[k * rank];
        index[0] = 0;
        for (size_t d = 1; d < rank; ++d) {
            if (++index[d] < sizes_[d]) {
                for (size_t k = 0; k < operands_; ++k) offsets[k] += strides_[k * rank + d];
                break;
            }
            for (size_t k = 0; k < operands_; ++k) offsets[k] -= (sizes_[d] - 1) * strides_[k * rank + d];
            index[d] = 0;
        }
    }
}

template <class F>
void Loop::for_each_run_of(size_t operand, int64_t begin, int64_t end, F&& fn) const {
    if (begin >= end) return;
    const size_t rank = sizes_.size();
    const int64_t* strides = strides_.data() + operand * rank;
    if (rank == 1) return fn(begin * strides[0], end - begin);
    DimVector index(rank);
    int64_t offset = 0;
    for (int64_t rest = begin, d = 0; d < static_cast<int64_t>(rank); ++d) {
        index[d] = rest % sizes_[d];
        rest /= sizes_[d];
        offset += index[d] * strides[d];
    }
    for (int64_t position = begin;;) {
        const int64_t n = std::min(sizes_[0] - index[0], end - position);
        fn(offset, n);
        position += n;
        if (position >= end) return;
        offset -= index[0] * strides[0];
        index[0] = 0;
        for (size_t d = 1; d < rank; ++d) {
            if (++index[d] < sizes_[d]) {
                offset += strides[d];
                break;
            }
            offset -= (sizes_[d] - 1) * strides[d];
            index[d] = 0;
        }
    }
}

}  // namespace wick::ops
