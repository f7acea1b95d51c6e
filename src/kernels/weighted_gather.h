#pragma once
// Sums of elements that lie anywhere, as interpolation takes them. float and double; run-time dispatch over instruction
// sets; single-threaded.

#include <cstdint>
#include <type_traits>

namespace wick::kernels {

/// As wide as the elements, so that vectors of both have the same lanes.
template <class T>
using GatherOffset = std::conditional_t<sizeof(T) == 4, int32_t, int64_t>;

/// Offsets and weights of a tap may be read up to its `stride`, a multiple of this.
inline constexpr int64_t kGatherStride = 16;

/// to[i] = sum over k < taps of weights[k * stride + i] * from[offsets[k * stride + i]], i < n <= stride. Returns
/// whether any of them is NaN or infinite.
template <class T>
bool weighted_gather(const T* from, const GatherOffset<T>* offsets, const T* weights, int64_t taps, int64_t stride,
                     int64_t n, T* to);

}  // namespace wick::kernels
