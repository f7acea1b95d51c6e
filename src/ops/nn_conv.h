#pragma once
// What convolutions and their gradients share.

#include <string_view>

#include "kernels/conv.h"
#include "ops/boxing.h"

namespace wick::jit {

struct ConvArguments {
    IntList stride, padding, dilation, output_padding;
    bool transposed = false;
    int64_t groups = 1;
    bool relu = false;  ///< of the result; not of a transposed convolution
};

/// Lists of n entries each, from lists of any accepted length; `op` is named in errors.
ConvArguments expand_arguments(ConvArguments args, int64_t n, std::string_view op);

/// Checks everything and fills the description; input[batch, channels, n spatial], weight[…, n spatial].
kernels::ConvShape conv_shape(const Tensor& input, const Tensor& weight, const Tensor& bias, const ConvArguments& args,
                              int64_t n);

/// Of a weight[out, in, spatial…]: 1 to 3.
int64_t spatial_rank(const Tensor& weight);

}  // namespace wick::jit
