#pragma once
// What convolutions and their gradients share.

#include <limits>
#include <string_view>

#include "kernels/conv.h"
#include "ops/boxing.h"

namespace wick::jit {

struct ConvArguments {
    IntList stride, padding, dilation, output_padding;
    bool transposed = false;
    int64_t groups = 1;
};

/// What a convolution that is not transposed does to its result while it is in cache: activation(y * scale + shift),
/// with an entry for each channel of the result; where they are undefined, activation(y + bias).
struct ConvEpilogue {
    Tensor scale, shift;
    kernels::Activation activation = kernels::Activation::None;
    double low = 0, high = std::numeric_limits<double>::infinity();  ///< of Clamp: of relu, unless said otherwise
};

/// The convolution over n dimensions, lists of any accepted length, input with or without a batch dimension; errors
/// name `op`, or conv1d to conv_transpose3d. OpError when shapes or dtypes do not fit.
Tensor convolve(const Tensor& input, const Tensor& weight, const Tensor& bias, ConvArguments args, int64_t n,
                const ConvEpilogue& after = {}, std::string_view op = {});

/// Lists of n entries each, from lists of any accepted length; `op` is named in errors.
ConvArguments expand_arguments(ConvArguments args, int64_t n, std::string_view op);

/// Checks everything and fills the description; input[batch, channels, n spatial], weight[…, n spatial].
kernels::ConvShape conv_shape(const Tensor& input, const Tensor& weight, const Tensor& bias, const ConvArguments& args,
                              int64_t n);

/// Of a weight[out, in, spatial…]: 1 to 3.
int64_t spatial_rank(const Tensor& weight);

}  // namespace wick::jit
