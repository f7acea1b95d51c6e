#include "kernels/box_muller.h"

#include "kernels/simd.h"
// The include of foreach_target.h compiles this file once per instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/box_muller.cpp"
#include <cmath>
#include <hwy/foreach_target.h>
#include <numbers>

#include "kernels/target-inl.h"

HWY_BEFORE_NAMESPACE();
namespace wick::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr int64_t kHalfBlock = kBoxMullerBlock / 2;
using D = hn::CappedTag<float, kHalfBlock>;
using V = hn::Vec<D>;

/// c[0] x^n + … + c[n].
template <size_t N>
HWY_INLINE V polynomial(const float (&c)[N], V x) {
    const D d;
    V y = hn::Set(d, c[0]);
    for (size_t i = 1; i < N; ++i) y = hn::MulAdd(y, x, hn::Set(d, c[i]));
    return y;
}

/// Natural logarithm of a number in (0, 1].
HWY_INLINE V log_of(V x) {
    const D d;
    const hn::RebindToSigned<D> di;
    constexpr float kCoefficients[] = {7.0376836292e-2f,  -1.1514610310e-1f, 1.1676998740e-1f,
                                       -1.2420140846e-1f, 1.4249322787e-1f,  -1.6668057665e-1f,
                                       2.0000714765e-1f,  -2.4999993993e-1f, 3.3333331174e-1f};
    const V one = hn::Set(d, 1.0f);
    const auto bits = hn::BitCast(di, hn::Max(x, hn::Set(d, 0x1p-126f)));
    // x = m 2^e with m in [sqrt(1/2), sqrt(2)).
    V e = hn::Add(hn::ConvertTo(d, hn::Sub(hn::ShiftRight<23>(bits), hn::Set(di, 127))), one);
    V m = hn::BitCast(d, hn::Or(hn::And(bits, hn::Set(di, 0x007fffff)), hn::Set(di, 0x3f000000)));
    const auto small = hn::Lt(m, hn::Set(d, 0.707106781186547524f));
    e = hn::Sub(e, hn::IfThenElseZero(small, one));
    m = hn::Add(hn::Sub(m, one), hn::IfThenElseZero(small, m));
    const V square = hn::Mul(m, m);
    // log 2 is split in two, so that its leading part times e is exact.
    V y = hn::Mul(polynomial(kCoefficients, m), m);
    y = hn::MulAdd(y, square, hn::Mul(e, hn::Set(d, -2.12194440e-4f)));
    y = hn::NegMulAdd(square, hn::Set(d, 0.5f), y);
    return hn::MulAdd(e, hn::Set(d, 0.693359375f), hn::Add(m, y));
}

/// Sine and cosine of x >= 0.
HWY_INLINE void sincos_of(V x, V& sine, V& cosine) {
    const D d;
    const hn::RebindToSigned<D> di;
    constexpr float kSine[] = {-1.9515295891e-4f, 8.3321608736e-3f, -1.6666654611e-1f};
    constexpr float kCosine[] = {2.443315711809948e-5f, -1.388731625493765e-3f, 4.166664568298827e-2f};
    // The octant, made even, tells which polynomial and which sign; pi/4 is taken off in three parts.
    auto octant = hn::ConvertTo(di, hn::Mul(x, hn::Set(d, 1.27323954473516f)));
    octant = hn::And(hn::Add(octant, hn::Set(di, 1)), hn::Set(di, ~1));
    const V j = hn::ConvertTo(d, octant);
    x = hn::MulAdd(j, hn::Set(d, -0.78515625f), x);
    x = hn::MulAdd(j, hn::Set(d, -2.4187564849853515625e-4f), x);
    x = hn::MulAdd(j, hn::Set(d, -3.77489497744594108e-8f), x);
    const V square = hn::Mul(x, x);
    V c = hn::Mul(polynomial(kCosine, square), square);
    c = hn::MulAdd(c, square, hn::Neg(hn::Mul(square, hn::Set(d, 0.5f))));
    c = hn::Add(c, hn::Set(d, 1.0f));
    const V s = hn::MulAdd(hn::Mul(polynomial(kSine, square), square), x, x);
    const auto is_direct = hn::RebindMask(d, hn::Eq(hn::And(octant, hn::Set(di, 2)), hn::Zero(di)));
    const auto sine_sign = hn::ShiftLeft<29>(hn::And(octant, hn::Set(di, 4)));
    const auto cosine_sign = hn::ShiftLeft<29>(hn::AndNot(hn::Sub(octant, hn::Set(di, 2)), hn::Set(di, 4)));
    sine = hn::Xor(hn::IfThenElse(is_direct, s, c), hn::BitCast(d, sine_sign));
    cosine = hn::Xor(hn::IfThenElse(is_direct, c, s), hn::BitCast(d, cosine_sign));
}

void box_muller_f32(float* data, int64_t blocks, float mean, float std) {
    const D d;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
    for (const float* end = data + blocks * kBoxMullerBlock; data != end; data += kBoxMullerBlock) {
        for (int64_t i = 0; i < kHalfBlock; i += lanes) {
            const V u1 = hn::Sub(hn::Set(d, 1.0f), hn::LoadU(d, data + i));
            const V theta = hn::Mul(hn::Set(d, 2 * std::numbers::pi_v<float>), hn::LoadU(d, data + i + kHalfBlock));
            const V radius = hn::Sqrt(hn::Mul(hn::Set(d, -2.0f), log_of(u1)));
            V sine, cosine;
            sincos_of(theta, sine, cosine);
            hn::StoreU(hn::MulAdd(hn::Mul(radius, cosine), hn::Set(d, std), hn::Set(d, mean)), d, data + i);
            hn::StoreU(hn::MulAdd(hn::Mul(radius, sine), hn::Set(d, std), hn::Set(d, mean)), d, data + i + kHalfBlock);
        }
    }
}

}  // namespace wick::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wick::kernels {

HWY_EXPORT(box_muller_f32);

void box_muller(float* data, int64_t blocks, float mean, float std) {
    HWY_DYNAMIC_DISPATCH(box_muller_f32)(data, blocks, mean, std);
}

void box_muller(double* data, int64_t blocks, double mean, double std) {
    constexpr int kHalf = kBoxMullerBlock / 2;
    for (const double* end = data + blocks * kBoxMullerBlock; data != end; data += kBoxMullerBlock) {
        for (int j = 0; j < kHalf; ++j) {
            const double radius = std::sqrt(-2 * std::log(1 - data[j]));
            const double theta = 2 * std::numbers::pi * data[j + kHalf];
            data[j] = std::fma(radius * std::cos(theta), std, mean);
            data[j + kHalf] = std::fma(radius * std::sin(theta), std, mean);
        }
    }
}

}  // namespace wick::kernels
#endif
