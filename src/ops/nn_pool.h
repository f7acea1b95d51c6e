#pragma once
// What the arguments of pooling operators amount to, for the operators and their gradients.

#include <string_view>

#include "kernels/nn_pool.h"
#include "ops/nn_common.h"

namespace wick::jit {

inline int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }

/// Number of windows along one dimension. With ceil_mode a last, partial window counts if it starts inside the input or
/// its left padding.
inline int64_t window_count(int64_t in, int64_t kernel, int64_t stride, int64_t padding, int64_t dilation,
                            bool ceil_mode) {
    int64_t out = floor_div(in + 2 * padding - dilation * (kernel - 1) - 1 + (ceil_mode ? stride - 1 : 0), stride) + 1;
    if (ceil_mode && (out - 1) * stride >= in + padding) --out;
    return out;
}

/// What the arguments of a pooling operator amount to. (nn_pool.cpp)
struct Pooling {
    Pooling(const Tensor& input, int64_t n, std::string_view op, IntList kernel, IntList stride, IntList padding,
            IntList dilation, bool ceil_mode);
    int64_t spatial;
    kernels::PoolShape shape;
    DimVector sizes;  ///< of the result
    int64_t planes;
};

}  // namespace wick::jit
