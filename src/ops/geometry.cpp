#include "ops/geometry.h"

namespace wick::ops {

int64_t broadcast_stride(const OperandGeometry& operand, IntArrayRef shape, size_t d) {
    const size_t missing = shape.size() - operand.sizes.size();
    if (d < missing) return 0;
    const size_t own = d - missing;
    return operand.sizes[own] == 1 && shape[d] != 1 ? 0 : operand.strides[own];
}

DimVector memory_order(IntArrayRef shape, std::span<const OperandGeometry> operands) {
    const size_t rank = shape.size();
    DimVector order(rank);
    for (size_t i = 0; i < rank; ++i) order[i] = static_cast<int64_t>(rank - 1 - i);
    // Negative: `inner` belongs inside `outer`; positive: the other way round; 0: undecided.
    auto compare = [&](size_t inner, size_t outer) {
        for (const OperandGeometry& operand : operands) {
            const int64_t a = broadcast_stride(operand, shape, inner);
            const int64_t b = broadcast_stride(operand, shape, outer);
            if (a == 0 || b == 0) continue;
            if (a != b) return a < b ? -1 : 1;
            if (shape[inner] > shape[outer]) return 1;
        }
        return 0;
    };
    for (size_t i = 1; i < rank; ++i) {
        size_t moving = i;
        for (size_t j = i; j-- > 0;) {
            const int decision = compare(order[j], order[moving]);
            if (decision > 0) {
                std::swap(order[j], order[moving]);
                moving = j;
            } else if (decision < 0) {
                break;
            }
        }
    }
    return order;
}

DimVector strides_in_order(IntArrayRef shape, IntArrayRef order) {
    DimVector strides(shape.size());
    int64_t step = 1;
    for (int64_t d : order) {
        strides[d] = step;
        step *= std::max<int64_t>(shape[d], 1);
    }
    return strides;
}

Loop::Loop(IntArrayRef shape, std::span<const OperandGeometry> operands, IntArrayRef order)
    : operands_(operands.size()) {
    SmallVector<int64_t, 48> by_dim;  // strides of every operand, dimension after dimension
    const size_t count = operands_;
    for (int64_t d : order) {
        numel_ *= shape[d];
        if (shape[d] == 1) continue;
        if (!sizes_.empty()) {
            const int64_t* previous = by_dim.end() - count;
            bool merges = true;
            for (size_t k = 0; k < count && merges; ++k)
                merges = broadcast_stride(operands[k], shape, d) == previous[k] * sizes_.back();
            if (merges) {
                sizes_.back() *= shape[d];
                continue;
            }
        }
        sizes_.push_back(shape[d]);
        for (size_t k = 0; k < count; ++k) by_dim.push_back(broadcast_stride(operands[k], shape, d));
    }
    if (sizes_.empty()) {
        sizes_.push_back(1);
        for (size_t k = 0; k < count; ++k) by_dim.push_back(1);
    }
    strides_.resize(count * sizes_.size());
    for (size_t d = 0; d < sizes_.size(); ++d)
        for (size_t k = 0; k < count; ++k) strides_[k * sizes_.size() + d] = by_dim[d * count + k];
}

}  // namespace wick::ops
