// Copies an input channel into its padded, phase-split plane; compiled once per target.
#if defined(WICK_KERNELS_CONV_PLANES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef WICK_KERNELS_CONV_PLANES_INL_H
#undef WICK_KERNELS_CONV_PLANES_INL_H
#else
#define WICK_KERNELS_CONV_PLANES_INL_H
#endif

#include <algorithm>

#include "kernels/activation-inl.h"
#include "kernels/conv_planes.h"
#include "kernels/target-inl.h"
#include "kernels/tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace wick::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// A short copy without a call.
template <class T>
HWY_INLINE void copy_run(const T* HWY_RESTRICT from, T* HWY_RESTRICT to, int64_t count) {
    const hn::ScalableTag<T> d;
    int64_t i = 0;
    for (; i + kLanes<T> <= count; i += kLanes<T>) hn::StoreU(hn::LoadU(d, from + i), d, to + i);
    if (i < count) {
        const size_t left = static_cast<size_t>(count - i);
        store_some(d, load_some(d, from + i, left), to + i, left);
    }
}

// to[i] = from[2 * i]; reads nothing beyond from[2 * count - 2].
template <class T>
HWY_INLINE void copy_even(const T* HWY_RESTRICT from, T* HWY_RESTRICT to, int64_t count) {
    int64_t i = 0;
#if HWY_TARGET != HWY_SCALAR
    const hn::ScalableTag<T> d;
    for (; i + kLanes<T> < count; i += kLanes<T>) {
        hn::Vec<decltype(d)> even, odd;
        hn::LoadInterleaved2(d, from + 2 * i, even, odd);
        hn::StoreU(even, d, to + i);
    }
#endif
    for (; i < count; ++i) to[i] = from[2 * i];
}

// Writes the part of a plane that shows input; the rest, which is the same for all channels, is zero already.
template <class T>
HWY_INLINE void fill_inside(const ConvShape& s, const internal::ConvPlanes& p, const T* slice, T* plane) {
    const int64_t sw = s.stride[2];
    for (int64_t pw = 0; pw < p.phases_w; ++pw) {
        // Columns q of the grid with 0 <= q * sw + pw - padding < width.
        const int64_t first = pw - s.padding[2];
        const int64_t left = first >= 0 ? 0 : (-first + sw - 1) / sw;
        const int64_t right = std::min(p.grid_w, s.input[2] <= first ? 0 : (s.input[2] - first + sw - 1) / sw);
        if (left >= right) continue;
        for (int64_t ph = 0; ph < p.phases_h; ++ph) {
            const int64_t above = ph - s.padding[1], sh = s.stride[1];
            const int64_t top = above >= 0 ? 0 : (-above + sh - 1) / sh;
            const int64_t bottom = std::min(p.grid_h, s.input[1] <= above ? 0 : (s.input[1] - above + sh - 1) / sh);
            T* to = plane + ((ph * p.phases_w + pw) * p.grid_h + top) * p.grid_w + left;
            const T* from = slice + (top * sh + above) * s.input[2] + left * sw + first;
            for (int64_t r = top; r < bottom; ++r, to += p.grid_w, from += sh * s.input[2]) {
                if (sw == 1)
                    copy_run(from, to, right - left);
                else if (sw == 2)
                    copy_even(from, to, right - left);
                else
                    for (int64_t q = 0; q < right - left; ++q) to[q] = from[q * sw];
            }
        }
    }
}

}  // namespace wick::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
