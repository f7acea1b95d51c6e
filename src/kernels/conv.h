#pragma once
// Convolutions on raw memory, channels first (N, C, spatial...): 1-d, 2-d and 3-d in one description, any stride,
// padding, dilation and groups; float and double. Forward and transposed.
//
// y[n, o, p] = activation(bias[o] + sum over c, t of w[o, c, t] * x[n, c, p * stride - padding + t * dilation]
//                         + residual[n, o, p])
//
// How: an implicit product (weights in row panels) x (pixel columns). The input is copied once into zero-padded planes,
// split by stride phase, where every tap of every output row is a contiguous run; panels of 2 vectors of pixels are cut
// from the planes as they are needed, so the full im2col matrix never exists. Weights are read where they lie, or cut
// into panels of 12 KB on the way: a lasting packed copy would gain 2 to 5 % and cost the first call several times its
// time, and the memory of the weights again. Depthwise convolutions need no product: pixels of a channel lie side by
// side in vectors, and where rows are too short for that, channels do. Accuracy is that of gemm.h with k = C / groups *
// taps; the thread budget never changes a result.

#include <array>
#include <cstddef>
#include <cstdint>

#include "kernels/epilogue.h"
#include "kernels/scratch.h"

namespace wick::kernels {

/// Sizes of a convolution; missing leading dimensions are 1 (a 2-d convolution has depth 1, a 1-d one also height 1).
struct ConvShape {
    int64_t batch = 1;
    int64_t in_channels = 1;
    int64_t out_channels = 1;
    int64_t groups = 1;
    std::array<int64_t, 3> input = {1, 1, 1};  // depth, height, width
    std::array<int64_t, 3> kernel = {1, 1, 1};
    std::array<int64_t, 3> stride = {1, 1, 1};
    std::array<int64_t, 3> padding = {0, 0, 0};
    std::array<int64_t, 3> dilation = {1, 1, 1};
    std::array<int64_t, 3> output_padding = {0, 0, 0};  // transposed only

    /// Output size of dimension i; negative or 0 when the kernel does not fit.
    int64_t output(int i) const {
        return (input[i] + 2 * padding[i] - dilation[i] * (kernel[i] - 1) - 1) / stride[i] + 1;
    }
    int64_t transposed_output(int i) const {
        return (input[i] - 1) * stride[i] - 2 * padding[i] + dilation[i] * (kernel[i] - 1) + output_padding[i] + 1;
    }
    int64_t taps() const { return kernel[0] * kernel[1] * kernel[2]; }
    int64_t input_size() const { return input[0] * input[1] * input[2]; }
    int64_t output_size() const { return output(0) * output(1) * output(2); }
};

/// y = epilogue(conv(x, w)). x, w[out_channels, in_channels / groups, taps], y contiguous; in_channels >= 1.
/// epilogue.scale_row and bias_row have out_channels entries; epilogue.residual has the layout of y (its stride is
/// ignored) and may be y; bias_col must be null.
template <class T>
void conv(const ConvShape& shape, const T* x, const T* w, T* y, const Epilogue<T>& epilogue = {},
          ScratchRef scratch = {});

/// Memory that spares conv its own allocation under a budget of up to `threads`.
template <class T>
size_t conv_scratch_bytes(const ConvShape& shape, int threads);

/// Transposed convolution (the gradient of conv with respect to its input): w[in_channels, out_channels / groups,
/// taps], y[batch, out_channels, transposed_output...] contiguous. bias may be null.
template <class T>
void conv_transposed(const ConvShape& shape, const T* x, const T* w, const T* bias, T* y);

/// The gradient of conv with respect to its input, dx of x's layout, from dy of y's. Where the stride is 1 it is the
/// convolution of dy with the mirrored kernel, otherwise a transposed one.
template <class T>
void conv_input_gradient(const ConvShape& shape, const T* dy, const T* w, T* dx);

/// The gradient of conv with respect to its weight: dw[out_channels, in_channels / groups, taps]. Images are summed in
/// an order that depends on the shape only.
template <class T>
void conv_weight_gradient(const ConvShape& shape, const T* x, const T* dy, T* dw);

}  // namespace wick::kernels
