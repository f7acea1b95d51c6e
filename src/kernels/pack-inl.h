// Copies of matrix blocks into panels; compiled once per target.
#if defined(WICK_KERNELS_PACK_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef WICK_KERNELS_PACK_INL_H
#undef WICK_KERNELS_PACK_INL_H
#else
#define WICK_KERNELS_PACK_INL_H
#endif

#include <algorithm>
#include <cstring>

#include "kernels/target-inl.h"

HWY_BEFORE_NAMESPACE();
namespace wick::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET != HWY_SCALAR
// dst[c * dst_stride + r] = src[r * src_stride + c] for r, c < 4 (float) or 2 (double).
HWY_INLINE void transpose_square(const float* src, int64_t src_stride, float* dst, int64_t dst_stride) {
    const hn::FixedTag<float, 4> d;
    const hn::FixedTag<double, 2> pair;
    const auto r0 = hn::LoadU(d, src), r1 = hn::LoadU(d, src + src_stride);
    const auto r2 = hn::LoadU(d, src + 2 * src_stride), r3 = hn::LoadU(d, src + 3 * src_stride);
    const auto a = hn::BitCast(pair, hn::InterleaveLower(d, r0, r1)),
               b = hn::BitCast(pair, hn::InterleaveLower(d, r2, r3));
    const auto e = hn::BitCast(pair, hn::InterleaveUpper(d, r0, r1)),
               f = hn::BitCast(pair, hn::InterleaveUpper(d, r2, r3));
    hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pair, a, b)), d, dst);
    hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pair, a, b)), d, dst + dst_stride);
    hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pair, e, f)), d, dst + 2 * dst_stride);
    hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pair, e, f)), d, dst + 3 * dst_stride);
}

HWY_INLINE void transpose_square(const double* src, int64_t src_stride, double* dst, int64_t dst_stride) {
    const hn::FixedTag<double, 2> d;
    const auto r0 = hn::LoadU(d, src), r1 = hn::LoadU(d, src + src_stride);
    hn::StoreU(hn::InterleaveLower(d, r0, r1), d, dst);
    hn::StoreU(hn::InterleaveUpper(d, r0, r1), d, dst + dst_stride);
}
#endif

// dst[c * dst_stride + r] = src[r * src_stride + c] for r < rows, c < cols, in strips whose part of dst stays in the
// first-level cache.
template <class T>
HWY_NOINLINE void transpose(const T* src, int64_t src_stride, int64_t rows, int64_t cols, T* dst, int64_t dst_stride) {
    constexpr int64_t kStrip = 64;
    for (int64_t begin = 0; begin < cols; begin += kStrip) {
        const int64_t end = std::min(cols, begin + kStrip);
        int64_t r = 0;
#if HWY_TARGET != HWY_SCALAR
        constexpr int64_t kSide = 16 / sizeof(T);
        for (; r + kSide <= rows; r += kSide) {
            const T* from = src + r * src_stride;
            int64_t c = begin;
            for (; c + kSide <= end; c += kSide)
                transpose_square(from + c, src_stride, dst + c * dst_stride + r, dst_stride);
            for (; c < end; ++c)
                for (int64_t i = 0; i < kSide; ++i) dst[c * dst_stride + r + i] = from[i * src_stride + c];
        }
#endif
        for (; r < rows; ++r)
            for (int64_t c = begin; c < end; ++c) dst[c * dst_stride + r] = src[r * src_stride + c];
    }
}

// One panel: dst[p * width + j] = src[p * k_stride + j * j_stride] for p < k, j < count; columns up to width are zero.
template <class T>
HWY_NOINLINE void pack_panel(const T* src, int64_t k_stride, int64_t j_stride, int64_t k, int64_t count, int64_t width,
                             T* dst) {
    if (j_stride == 1) {
        const hn::ScalableTag<T> d;
        const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
        if (count == 2 * lanes && width == count) {
            for (int64_t p = 0; p < k; ++p) {
                const auto v0 = hn::LoadU(d, src + p * k_stride), v1 = hn::LoadU(d, src + p * k_stride + lanes);
                hn::StoreU(v0, d, dst + p * width);
                hn::StoreU(v1, d, dst + p * width + lanes);
            }
            return;
        }
        for (int64_t p = 0; p < k; ++p) {
            const T* from = src + p * k_stride;
            T* to = dst + p * width;
            for (int64_t j = 0; j < count; ++j) to[j] = from[j];
        }
    } else if (k_stride == 1) {
        transpose(src, j_stride, count, k, dst, width);
    } else {
        for (int64_t p = 0; p < k; ++p)
            for (int64_t j = 0; j < count; ++j) dst[p * width + j] = src[p * k_stride + j * j_stride];
    }
    if (count < width)
        for (int64_t p = 0; p < k; ++p) std::fill(dst + p * width + count, dst + (p + 1) * width, T(0));
}

}  // namespace wick::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
