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

/// What the arguments of a pooling operator amount to.
struct Pooling {
    Pooling(const Tensor& input, int64_t n, std::string_view op, IntList kernel, IntList stride, IntList padding,
            IntList dilation, bool ceil_mode)
        : spatial(n) {
        WICK_CHECK(input.dim() == n + 1 || input.dim() == n + 2,
                   "{}: Expected {}D or {}D (batch mode) tensor for input, but got: {}", op, n + 1, n + 2,
                   format_sizes(input.sizes()));
        kernel = expand_list(std::move(kernel), n, op, "kernel_size");
        stride = stride.empty() ? kernel : expand_list(std::move(stride), n, op, "stride");
        padding = expand_list(std::move(padding), n, op, "padding");
        dilation = expand_list(std::move(dilation), n, op, "dilation");
        sizes = input.sizes();
        for (int64_t i = 0; i < n; ++i) {
            const size_t d = sizes.size() - static_cast<size_t>(n - i), at = static_cast<size_t>(3 - n + i);
            constexpr int64_t kLimit = int64_t{1} << 31;
            WICK_CHECK(kernel[i] > 0 && kernel[i] < kLimit, "kernel size should be greater than zero, but got {}",
                       format_sizes(kernel));
            WICK_CHECK(stride[i] != 0, "stride should not be zero");
            WICK_CHECK(stride[i] > 0 && stride[i] < kLimit, "stride should be greater than zero, but got {}",
                       format_sizes(stride));
            WICK_CHECK(dilation[i] > 0 && dilation[i] < kLimit, "dilation should be greater than zero, but got {}",
                       format_sizes(dilation));
            WICK_CHECK(padding[i] >= 0, "pad must be non-negative, but got pad: {}", padding[i]);
            WICK_CHECK(
                padding[i] <= ((kernel[i] - 1) * dilation[i] + 1) / 2,
                "pad should be at most half of effective kernel size, but got pad={}, kernel_size={} and dilation={}",
                padding[i], kernel[i], dilation[i]);
            const int64_t in = sizes[d],
                          out = window_count(in, kernel[i], stride[i], padding[i], dilation[i], ceil_mode);
            WICK_CHECK(in > 0 && out > 0,
                       "{}: Given input size: {} and kernel {}, the calculated output size is too small", op,
                       format_sizes(input.sizes()), format_sizes(kernel));
            shape.in[at] = in;
            shape.out[at] = out;
            shape.kernel[at] = kernel[i];
            shape.stride[at] = stride[i];
            shape.padding[at] = padding[i];
            shape.dilation[at] = dilation[i];
            sizes[d] = out;
        }
        planes = input.numel() / shape.in_size();
    }
    int64_t spatial;
    kernels::PoolShape shape;
    DimVector sizes;  ///< of the result
    int64_t planes;
};

}  // namespace wick::jit
