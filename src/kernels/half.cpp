#include "kernels/half.h"

#include "kernels/simd.h"
// The include of foreach_target.h compiles this file once per instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/half.cpp"
#include <hwy/foreach_target.h>

#include "kernels/target-inl.h"

HWY_BEFORE_NAMESPACE();
namespace wick::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Where the machine converts binary16 itself, it does so by vectors; the loops over single values are the tail.
void widen_f16(const Half* from, float* to, int64_t count) {
    int64_t i = 0;
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON
    const hn::ScalableTag<float> d;
    const hn::Rebind<hwy::float16_t, decltype(d)> half;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
    for (; i + lanes <= count; i += lanes)
        hn::StoreU(hn::PromoteTo(d, hn::LoadU(half, reinterpret_cast<const hwy::float16_t*>(from + i))), d, to + i);
#endif
    for (; i < count; ++i) to[i] = from[i];
}

void narrow_f16(const float* from, Half* to, int64_t count) {
    int64_t i = 0;
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON
    const hn::ScalableTag<float> d;
    const hn::Rebind<hwy::float16_t, decltype(d)> half;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
    for (; i + lanes <= count; i += lanes)
        hn::StoreU(hn::DemoteTo(half, hn::LoadU(d, from + i)), half, reinterpret_cast<hwy::float16_t*>(to + i));
#endif
    for (; i < count; ++i) to[i] = Half(from[i]);
}

// Shifts and adds, which the compiler makes vectors of.
void widen_bf16(const BFloat16* from, float* to, int64_t count) {
    for (int64_t i = 0; i < count; ++i) to[i] = from[i];
}

void narrow_bf16(const float* from, BFloat16* to, int64_t count) {
    for (int64_t i = 0; i < count; ++i) to[i] = BFloat16(from[i]);
}

}  // namespace wick::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wick::kernels {

HWY_EXPORT(widen_f16);
HWY_EXPORT(narrow_f16);
HWY_EXPORT(widen_bf16);
HWY_EXPORT(narrow_bf16);

void widen(const Half* from, float* to, int64_t count) { HWY_DYNAMIC_DISPATCH(widen_f16)(from, to, count); }
void widen(const BFloat16* from, float* to, int64_t count) { HWY_DYNAMIC_DISPATCH(widen_bf16)(from, to, count); }
void narrow(const float* from, Half* to, int64_t count) { HWY_DYNAMIC_DISPATCH(narrow_f16)(from, to, count); }
void narrow(const float* from, BFloat16* to, int64_t count) { HWY_DYNAMIC_DISPATCH(narrow_bf16)(from, to, count); }

}  // namespace wick::kernels
#endif
