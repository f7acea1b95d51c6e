#include "kernels/weighted_gather.h"

#include "kernels/simd.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/weighted_gather.cpp"
#include <hwy/foreach_target.h>

#include "kernels/activation-inl.h"
#include "kernels/target-inl.h"

HWY_BEFORE_NAMESPACE();
namespace wick::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class T>
HWY_INLINE bool gather_any(const T* from, const GatherOffset<T>* offsets, const T* weights, int64_t taps,
                           int64_t stride, int64_t n, T* to) {
    const hn::ScalableTag<T> d;
    const hn::RebindToSigned<hn::ScalableTag<T>> places;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
    auto all = hn::Zero(d);  // NaN times nothing is NaN, as is infinity
    for (int64_t i = 0; i < n; i += lanes) {
        auto sum = hn::Zero(d);
        for (int64_t k = 0; k < taps; ++k)
            sum = hn::MulAdd(hn::LoadU(d, weights + k * stride + i),
                             hn::GatherIndex(d, from, hn::LoadU(places, offsets + k * stride + i)), sum);
        all = hn::MulAdd(sum, hn::Zero(d), all);
        if (i + lanes <= n) {
            hn::StoreU(sum, d, to + i);
        } else {
            store_some(d, sum, to + i, static_cast<size_t>(n - i));
        }
    }
    return !hn::AllFalse(d, hn::IsNaN(all));
}

bool gather_f32(const float* from, const int32_t* offsets, const float* weights, int64_t taps, int64_t stride,
                int64_t n, float* to) {
    return gather_any(from, offsets, weights, taps, stride, n, to);
}
bool gather_f64(const double* from, const int64_t* offsets, const double* weights, int64_t taps, int64_t stride,
                int64_t n, double* to) {
    return gather_any(from, offsets, weights, taps, stride, n, to);
}

}  // namespace wick::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wick::kernels {
HWY_EXPORT(gather_f32);
HWY_EXPORT(gather_f64);

template <class T>
bool weighted_gather(const T* from, const GatherOffset<T>* offsets, const T* weights, int64_t taps, int64_t stride,
                     int64_t n, T* to) {
    return WICK_DISPATCH(gather, from, offsets, weights, taps, stride, n, to);
}
template bool weighted_gather(const float*, const int32_t*, const float*, int64_t, int64_t, int64_t, float*);
template bool weighted_gather(const double*, const int64_t*, const double*, int64_t, int64_t, int64_t, double*);

}  // namespace wick::kernels
#endif
