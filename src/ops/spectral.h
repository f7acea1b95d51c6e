#pragma once
// Fourier transforms of tensors (torch.fft) as C++ functions.

#include <optional>
#include <string_view>

#include "ops/tensor_ops.h"

namespace wick::ops {

/// What a transform divides by. Numbers are those of aten::_fft_r2c and its kin.
enum class FftNorm : int64_t { none = 0, by_root_n = 1, by_n = 2 };
/// PyTorch's "backward" (default), "ortho" and "forward" for a transform in that direction; OpError for other modes.
FftNorm fft_norm(const std::optional<std::string_view>& mode, bool forward);

/// float32 for integers, self for what can be transformed; OpError for 16-bit floats.
Tensor fft_input(const Tensor& self, bool require_complex);

// Below, `dims` are wrapped, distinct and of at least one element.

/// Transforms a complex tensor.
Tensor fft_c2c(const Tensor& self, IntArrayRef dims, FftNorm norm, bool forward);
/// Forward transform of a real tensor. One-sided results keep size / 2 + 1 frequencies of the last of `dims`.
Tensor fft_r2c(const Tensor& self, IntArrayRef dims, FftNorm norm, bool onesided);
/// Inverse of a one-sided fft_r2c with `last_size` elements in the last of `dims`.
Tensor fft_c2r(const Tensor& self, IntArrayRef dims, FftNorm norm, int64_t last_size);

}  // namespace wick::ops
