#pragma once
// Max and average pooling of row-major [planes, depth, height, width]; fewer spatial dimensions are leading ones of
// size 1. float and double; run-time dispatch over instruction sets; planes are spread over the worker pool.
//
// A window is a box, so one output row is pooled in two steps: the input rows of the window are joined elementwise
// (whole vectors), then neighbours along the row are joined.

#include <array>
#include <cstdint>

namespace wick::kernels {

/// Per spatial dimension (depth, height, width); window i starts at i * stride - padding and holds every dilation-th
/// of kernel positions.
struct PoolShape {
    std::array<int64_t, 3> in{1, 1, 1};
    std::array<int64_t, 3> out{1, 1, 1};
    std::array<int64_t, 3> kernel{1, 1, 1};
    std::array<int64_t, 3> stride{1, 1, 1};
    std::array<int64_t, 3> padding{0, 0, 0};
    std::array<int64_t, 3> dilation{1, 1, 1};
    int64_t in_size() const { return in[0] * in[1] * in[2]; }
    int64_t out_size() const { return out[0] * out[1] * out[2]; }
};

/// Padding never wins; a NaN does.
template <class T>
void max_pool(const PoolShape& shape, int64_t planes, const T* x, T* y);

/// Also where in its plane each window's largest element lies (row-major): the first of equal ones, a NaN before all.
/// T may be int64_t too.
template <class T>
void max_pool_indices(const PoolShape& shape, int64_t planes, const T* x, T* y, int64_t* index);

/// Sum of each window divided by `divisor`, or, when that is 0, by its number of positions: those inside the input, or
/// with count_include_pad those inside the padded input. Dilation must be 1.
template <class T>
void avg_pool(const PoolShape& shape, int64_t planes, const T* x, T* y, bool count_include_pad, int64_t divisor);

}  // namespace wick::kernels
