// One pass of a mixed-radix transform. With m groups and s values side by side, x is [radix][m][s] and y is
// [m][radix][s]: y[p][k] = w^(p k) * (DFT of x[.][p])[k], w = exp(-2 pi i / (radix m)). Vectors run along s; in a first
// pass (s = 1) of radix 2 or 4 they run along p.
#include "kernels/fft.h"
#include "kernels/simd.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/fft_stage.cpp"
#include <hwy/foreach_target.h>

#include "kernels/target-inl.h"

HWY_BEFORE_NAMESPACE();
namespace wick::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class D>
struct Cx {
    hn::Vec<D> re, im;
};
template <class D>
HWY_INLINE Cx<D> add(Cx<D> a, Cx<D> b) {
    return {hn::Add(a.re, b.re), hn::Add(a.im, b.im)};
}
template <class D>
HWY_INLINE Cx<D> sub(Cx<D> a, Cx<D> b) {
    return {hn::Sub(a.re, b.re), hn::Sub(a.im, b.im)};
}
template <class D>
HWY_INLINE Cx<D> mul(Cx<D> a, Cx<D> b) {
    return {hn::NegMulAdd(a.im, b.im, hn::Mul(a.re, b.re)), hn::MulAdd(a.im, b.re, hn::Mul(a.re, b.im))};
}
// a + f * b
template <class D>
HWY_INLINE Cx<D> scaled(Cx<D> a, Cx<D> b, hn::Vec<D> f) {
    return {hn::MulAdd(b.re, f, a.re), hn::MulAdd(b.im, f, a.im)};
}
// a - i b and a + i b
template <class D>
HWY_INLINE Cx<D> sub_i(Cx<D> a, Cx<D> b) {
    return {hn::Add(a.re, b.im), hn::Sub(a.im, b.re)};
}
template <class D>
HWY_INLINE Cx<D> add_i(Cx<D> a, Cx<D> b) {
    return {hn::Sub(a.re, b.im), hn::Add(a.im, b.re)};
}

// In place: v[k] = sum_q v[q] exp(-2 pi i q k / radix).
template <int kRadix, class D>
HWY_INLINE void butterfly(D d, Cx<D>* v) {
    using T = hn::TFromD<D>;
    if constexpr (kRadix == 2) {
        const Cx<D> a = v[0];
        v[0] = add<D>(a, v[1]);
        v[1] = sub<D>(a, v[1]);
    } else if constexpr (kRadix == 3) {
        const Cx<D> sum = add<D>(v[1], v[2]), difference = sub<D>(v[1], v[2]);
        const Cx<D> middle = scaled<D>(v[0], sum, hn::Set(d, T(-0.5)));
        const auto f = hn::Set(d, T(0.86602540378443864676));
        const Cx<D> turned{hn::Mul(difference.re, f), hn::Mul(difference.im, f)};
        v[0] = add<D>(v[0], sum);
        v[1] = sub_i<D>(middle, turned);
        v[2] = add_i<D>(middle, turned);
    } else if constexpr (kRadix == 4) {
        const Cx<D> s02 = add<D>(v[0], v[2]), d02 = sub<D>(v[0], v[2]);
        const Cx<D> s13 = add<D>(v[1], v[3]), d13 = sub<D>(v[1], v[3]);
        v[0] = add<D>(s02, s13);
        v[1] = sub_i<D>(d02, d13);
        v[2] = sub<D>(s02, s13);
        v[3] = add_i<D>(d02, d13);
    } else {
        static_assert(kRadix == 5);
        const auto c1 = hn::Set(d, T(0.30901699437494742410)), c2 = hn::Set(d, T(-0.80901699437494742410));
        const auto s1 = hn::Set(d, T(0.95105651629515357212)), s2 = hn::Set(d, T(0.58778525229247312917));
        const Cx<D> s14 = add<D>(v[1], v[4]), d14 = sub<D>(v[1], v[4]);
        const Cx<D> s23 = add<D>(v[2], v[3]), d23 = sub<D>(v[2], v[3]);
        const Cx<D> m1 = scaled<D>(scaled<D>(v[0], s14, c1), s23, c2);
        const Cx<D> m2 = scaled<D>(scaled<D>(v[0], s14, c2), s23, c1);
        const Cx<D> n1{hn::MulAdd(d23.re, s2, hn::Mul(d14.re, s1)), hn::MulAdd(d23.im, s2, hn::Mul(d14.im, s1))};
        const Cx<D> n2{hn::NegMulAdd(d23.re, s1, hn::Mul(d14.re, s2)), hn::NegMulAdd(d23.im, s1, hn::Mul(d14.im, s2))};
        v[0] = add<D>(add<D>(v[0], s14), s23);
        v[1] = sub_i<D>(m1, n1);
        v[4] = add_i<D>(m1, n1);
        v[2] = sub_i<D>(m2, n2);
        v[3] = add_i<D>(m2, n2);
    }
}

// Values [begin, …) of every group, a vector of D at a time; the last vector may overlap the one before it.
template <int kRadix, class D, class T>
HWY_INLINE int64_t run_width(D d, const FftStage<T>& stage, int64_t count, int64_t begin, Planes<T> x, Planes<T> y) {
    const int64_t width = static_cast<int64_t>(hn::Lanes(d)), m = stage.groups;
    if (count - begin < width) return begin;
    for (int64_t p = 0; p < m; ++p) {
        Cx<D> w[kRadix];
        WICK_UNROLL for (int k = 1; k < kRadix; ++k)
            w[k] = {hn::Set(d, stage.twiddle_re[static_cast<size_t>((k - 1) * m + p)]),
                    hn::Set(d, stage.twiddle_im[static_cast<size_t>((k - 1) * m + p)])};
        for (int64_t j = begin;;) {
            Cx<D> v[kRadix];
            WICK_UNROLL for (int q = 0; q < kRadix; ++q) {
                const int64_t at = (q * m + p) * count + j;
                v[q] = {hn::LoadU(d, x.re + at), hn::LoadU(d, x.im + at)};
            }
            butterfly<kRadix>(d, v);
            WICK_UNROLL for (int k = 0; k < kRadix; ++k) {
                const int64_t at = (p * kRadix + k) * count + j;
                const Cx<D> turned = k == 0 ? v[k] : mul<D>(v[k], w[k]);
                hn::StoreU(turned.re, d, y.re + at);
                hn::StoreU(turned.im, d, y.im + at);
            }
            if (j + width >= count) break;
            j = j + 2 * width <= count ? j + width : count - width;
        }
    }
    return count;
}

// The first pass of a single row: a vector holds neighbouring groups.
template <int kRadix, class T>
HWY_INLINE int64_t run_groups(const FftStage<T>& stage, Planes<T> x, Planes<T> y) {
    hn::ScalableTag<T> d;
    using D = decltype(d);
    const int64_t width = static_cast<int64_t>(hn::Lanes(d)), m = stage.groups;
    int64_t p = 0;
    for (; p + width <= m; p += width) {
        Cx<D> v[kRadix];
        WICK_UNROLL for (int q = 0; q < kRadix; ++q)
            v[q] = {hn::LoadU(d, x.re + q * m + p), hn::LoadU(d, x.im + q * m + p)};
        butterfly<kRadix>(d, v);
        WICK_UNROLL for (int k = 1; k < kRadix; ++k) v[k] =
            mul<D>(v[k], Cx<D>{hn::LoadU(d, stage.twiddle_re.data() + (k - 1) * m + p),
                               hn::LoadU(d, stage.twiddle_im.data() + (k - 1) * m + p)});
        if constexpr (kRadix == 2) {
            hn::StoreInterleaved2(v[0].re, v[1].re, d, y.re + p * 2);
            hn::StoreInterleaved2(v[0].im, v[1].im, d, y.im + p * 2);
        } else {
            hn::StoreInterleaved4(v[0].re, v[1].re, v[2].re, v[3].re, d, y.re + p * 4);
            hn::StoreInterleaved4(v[0].im, v[1].im, v[2].im, v[3].im, d, y.im + p * 4);
        }
    }
    return p;
}

// Groups [from, m) of one value each.
template <int kRadix, class T>
HWY_INLINE void run_single(const FftStage<T>& stage, int64_t from, Planes<T> x, Planes<T> y) {
    hn::CappedTag<T, 1> d;
    using D = decltype(d);
    const int64_t m = stage.groups;
    for (int64_t p = from; p < m; ++p) {
        Cx<D> v[kRadix];
        WICK_UNROLL for (int q = 0; q < kRadix; ++q)
            v[q] = {hn::Load(d, x.re + q * m + p), hn::Load(d, x.im + q * m + p)};
        butterfly<kRadix>(d, v);
        WICK_UNROLL for (int k = 0; k < kRadix; ++k) {
            if (k > 0)
                v[k] = mul<D>(v[k], Cx<D>{hn::Load(d, stage.twiddle_re.data() + (k - 1) * m + p),
                                          hn::Load(d, stage.twiddle_im.data() + (k - 1) * m + p)});
            hn::Store(v[k].re, d, y.re + p * kRadix + k);
            hn::Store(v[k].im, d, y.im + p * kRadix + k);
        }
    }
}

template <int kRadix, class T>
HWY_NOINLINE void run_radix(const FftStage<T>& stage, int64_t count, Planes<T> x, Planes<T> y) {
    if (count == 1) {
        int64_t done = 0;
        if constexpr (kRadix == 2 || kRadix == 4) done = run_groups<kRadix>(stage, x, y);
        return run_single<kRadix>(stage, done, x, y);
    }
    int64_t done = run_width<kRadix>(hn::ScalableTag<T>(), stage, count, 0, x, y);
    if (done < count) done = run_width<kRadix>(hn::CappedTag<T, 4>(), stage, count, 0, x, y);
    if (done < count) run_width<kRadix>(hn::CappedTag<T, 1>(), stage, count, 0, x, y);
}

// Any radix, straight from the definition.
template <class T>
HWY_NOINLINE void run_plain(const FftStage<T>& stage, int64_t count, Planes<T> x, Planes<T> y) {
    const int64_t r = stage.radix, m = stage.groups;
    const auto columns = [&](auto d, int64_t p, int64_t j) HWY_ATTR {
        using D = decltype(d);
        for (int64_t k = 0; k < r; ++k) {
            Cx<D> sum{hn::Zero(d), hn::Zero(d)};
            for (int64_t q = 0, turn = 0; q < r; ++q) {
                const int64_t at = (q * m + p) * count + j;
                const Cx<D> root{hn::Set(d, stage.root_re[static_cast<size_t>(turn)]),
                                 hn::Set(d, stage.root_im[static_cast<size_t>(turn)])};
                sum = add<D>(sum, mul<D>(Cx<D>{hn::LoadU(d, x.re + at), hn::LoadU(d, x.im + at)}, root));
                turn += k;
                if (turn >= r) turn -= r;
            }
            if (k > 0)
                sum = mul<D>(sum, Cx<D>{hn::Set(d, stage.twiddle_re[static_cast<size_t>((k - 1) * m + p)]),
                                        hn::Set(d, stage.twiddle_im[static_cast<size_t>((k - 1) * m + p)])});
            const int64_t at = (p * r + k) * count + j;
            hn::StoreU(sum.re, d, y.re + at);
            hn::StoreU(sum.im, d, y.im + at);
        }
    };
    hn::ScalableTag<T> wide;
    const int64_t width = static_cast<int64_t>(hn::Lanes(wide));
    for (int64_t p = 0; p < m; ++p) {
        int64_t j = 0;
        for (; j + width <= count; j += width) columns(wide, p, j);
        for (; j < count; ++j) columns(hn::CappedTag<T, 1>(), p, j);
    }
}

template <class T>
HWY_INLINE void run_stage(const FftStage<T>& stage, int64_t count, Planes<T> x, Planes<T> y) {
    switch (stage.radix) {
        case 2:
            return run_radix<2>(stage, count, x, y);
        case 3:
            return run_radix<3>(stage, count, x, y);
        case 4:
            return run_radix<4>(stage, count, x, y);
        case 5:
            return run_radix<5>(stage, count, x, y);
        default:
            return run_plain(stage, count, x, y);
    }
}

void fft_stage_f32(const FftStage<float>& stage, int64_t count, Planes<float> x, Planes<float> y) {
    run_stage(stage, count, x, y);
}
void fft_stage_f64(const FftStage<double>& stage, int64_t count, Planes<double> x, Planes<double> y) {
    run_stage(stage, count, x, y);
}

}  // namespace wick::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wick::kernels {
HWY_EXPORT(fft_stage_f32);
HWY_EXPORT(fft_stage_f64);

namespace internal {

template <class T>
void fft_stage(const FftStage<T>& stage, int64_t count, Planes<T> x, Planes<T> y) {
    WICK_DISPATCH(fft_stage, stage, count, x, y);
}
template void fft_stage<float>(const FftStage<float>&, int64_t, Planes<float>, Planes<float>);
template void fft_stage<double>(const FftStage<double>&, int64_t, Planes<double>, Planes<double>);

}  // namespace internal
}  // namespace wick::kernels
#endif
