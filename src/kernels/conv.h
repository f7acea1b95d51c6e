#pragma once
// Convolutions on raw memory, channels first (N, C, spatial...): 1-d, 2-d and 3-d in one description, any stride,
// padding, dilation and groups; float and double. Forward and transposed.
//
// y[n, o, p] = activation(bias[o] + sum over c, t of w[o, c, t] * x[n, c, p * stride - padding + t * dilation]
//                         + residual[n, o, p])
//
// How: an implicit product (weights in row panels) x (pixel columns). The input is copied once into zero-padded planes,
// split by stride phase, where every tap of every output row is a contiguous run; panels of 2 vectors of pixels are cut
// from the planes as they are needed, so the full im2col matrix never exists. Accuracy is that of gemm.h with
// k = C / groups * taps; the thread budget never changes a result.

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

/// The weight w[out_channels, in_channels / groups, taps] of a convolution, copied once into the row panels that the
/// kernels read. Immutable; threads share it. Outputs of a few pixels read the original weight in place, so that must
/// outlive this.
template <class T>
class PackedConvWeight {
 public:
    PackedConvWeight() = default;
    size_t bytes() const { return buffer_.bytes(); }
    const T* panels() const { return static_cast<const T*>(buffer_.data()); }
    const T* original() const { return original_; }
    bool empty() const { return original_ == nullptr; }

 private:
    template <class U>
    friend PackedConvWeight<U> pack_conv_weight(const ConvShape& shape, const U* w);
    AlignedBuffer buffer_;
    const T* original_ = nullptr;
};

/// Packs a contiguous weight. Only channels, groups and kernel of `shape` matter: the result serves any input size,
/// stride, padding and dilation. A depthwise weight (in_channels == groups) is not copied.
template <class T>
PackedConvWeight<T> pack_conv_weight(const ConvShape& shape, const T* w);

/// y = epilogue(conv(x, w)). x, y contiguous; in_channels >= 1. epilogue.bias_row is the bias[out_channels];
/// epilogue.residual has the layout of y (its stride is ignored) and may be y; bias_col must be null.
template <class T>
void conv(const ConvShape& shape, const T* x, const PackedConvWeight<T>& w, T* y, const Epilogue<T>& epilogue = {},
          ScratchRef scratch = {});

/// Memory that spares conv its own allocation under a budget of up to `threads`.
template <class T>
size_t conv_scratch_bytes(const ConvShape& shape, int threads);

/// Transposed convolution (the gradient of conv with respect to its input): w[in_channels, out_channels / groups,
/// taps], y[batch, out_channels, transposed_output...] contiguous. bias may be null.
template <class T>
void conv_transposed(const ConvShape& shape, const T* x, const T* w, const T* bias, T* y);

}  // namespace wick::kernels
