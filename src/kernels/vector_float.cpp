// Vector loops on float32 and float64.

#include "kernels/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/vector_float.cpp"
#include <cmath>
#include <cstring>
#include <hwy/foreach_target.h>
#include <limits>
#include <type_traits>

#include <hwy/contrib/math/math-inl.h>

#include "kernels/activation-inl.h"
#include "kernels/special.h"
#include "kernels/target-inl.h"
#include "kernels/vector_loops-inl.h"

HWY_BEFORE_NAMESPACE();
namespace wick::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// out[i] = f(d, x[i]) by whole vectors; the rest goes through a padded copy and the same code.
template <class T, class F>
HWY_NOINLINE void math_loop(const void* a, const void* b, const void* c, void* out, size_t n) {
    const hn::ScalableTag<T> d;
    const size_t lanes = hn::Lanes(d);
    const T* x = static_cast<const T*>(a);
    T* r = static_cast<T*>(out);
    size_t i = 0;
    for (; i + lanes <= n; i += lanes) hn::StoreU(F()(d, hn::LoadU(d, x + i)), d, r + i);
    if (i < n) {
        HWY_ALIGN T padded[hn::MaxLanes(d)] = {};
        HWY_ALIGN T result[hn::MaxLanes(d)];
        std::memcpy(padded, x + i, (n - i) * sizeof(T));
        math_loop<T, F>(padded, b, c, result, lanes);
        std::memcpy(r + i, result, (n - i) * sizeof(T));
    }
}

// Bodies of math_loop. Highway's functions leave some special values open; those are settled here.
struct Exp {
    template <class D, class V>
    HWY_INLINE V operator()(D d, V x) const {
        using T = hn::TFromD<D>;
        // Past the bound the exponent would wrap; at it the product already overflows to infinity.
        V y = hn::Exp(d, hn::Min(x, hn::Set(d, sizeof(T) == 4 ? T(89) : T(710))));
        // Highway's loses bits where the result is subnormal; the square of the root rounds once.
        const auto tiny = hn::Lt(x, hn::Set(d, sizeof(T) == 4 ? T(-87) : T(-708)));
        if (!hn::AllFalse(d, tiny)) {
            const V root = hn::Exp(d, hn::Mul(x, hn::Set(d, T(0.5))));
            y = hn::IfThenElse(tiny, hn::Mul(root, root), y);
        }
        return hn::IfThenElse(hn::IsNaN(x), x, y);
    }
};
struct Expm1 {
    template <class D, class V>
    HWY_INLINE V operator()(D d, V x) const {
        using T = hn::TFromD<D>;
        const V y = hn::Expm1(d, hn::Min(x, hn::Set(d, sizeof(T) == 4 ? T(89) : T(710))));
        return hn::IfThenElse(hn::Or(hn::IsNaN(x), hn::Eq(x, hn::Zero(d))), x, y);
    }
};
// log of zero, negative numbers, infinity and NaN.
template <class D, class V>
HWY_INLINE V settle_log(D d, V x, V y) {
    using T = hn::TFromD<D>;
    const V infinity = hn::Set(d, std::numeric_limits<T>::infinity());
    y = hn::IfThenElse(hn::Eq(x, infinity), infinity, y);
    y = hn::IfThenElse(hn::Eq(x, hn::Zero(d)), hn::Neg(infinity), y);
    y = hn::IfThenElse(hn::Lt(x, hn::Zero(d)), hn::Set(d, std::numeric_limits<T>::quiet_NaN()), y);
    return hn::IfThenElse(hn::IsNaN(x), x, y);
}
struct Log {
    template <class D, class V>
    HWY_INLINE V operator()(D d, V x) const {
        return settle_log(d, x, hn::Log(d, x));
    }
};
struct Log2 {
    template <class D, class V>
    HWY_INLINE V operator()(D d, V x) const {
        return settle_log(d, x, hn::Log2(d, x));
    }
};
struct Log10 {
    template <class D, class V>
    HWY_INLINE V operator()(D d, V x) const {
        return settle_log(d, x, hn::Log10(d, x));
    }
};
struct Log1p {
    template <class D, class V>
    HWY_INLINE V operator()(D d, V x) const {
        using T = hn::TFromD<D>;
        const V y = settle_log(d, hn::Add(x, hn::Set(d, T(1))), hn::Log1p(d, x));
        return hn::IfThenElse(hn::Eq(x, hn::Zero(d)), x, y);
    }
};
struct Tanh {
    template <class D, class V>
    HWY_INLINE V operator()(D d, V x) const {
        using T = hn::TFromD<D>;
        const V bound = hn::Set(d, T(20));
        const V y = hn::Tanh(d, hn::Max(hn::Neg(bound), hn::Min(x, bound)));
        return hn::IfThenElse(hn::IsNaN(x), x, y);
    }
};
struct Sigmoid {
    template <class D, class V>
    HWY_INLINE V operator()(D d, V x) const {
        using T = hn::TFromD<D>;
        const V one = hn::Set(d, T(1));
        return hn::Div(one, hn::Add(one, Exp()(d, hn::Neg(x))));
    }
};
struct Erf {
    template <class D, class V>
    HWY_INLINE V operator()(D d, V x) const {
        return hn::IfThenElse(hn::IsNaN(x), x, erf(d, x));
    }
};

// A function that is a C library call per value.
template <class T, T (*kFunction)(T)>
struct Library {
    T operator()(T x) const { return kFunction(x); }
};

// Vector code where |x| is below kBound everywhere in the run, else the C library.
template <class T, class F, class Fallback, int kBound>
void bounded_loop(const void* a, const void* b, const void* c, void* out, size_t n) {
    const T* x = static_cast<const T*>(a);
    bool inside = true;
    for (size_t i = 0; i < n; ++i) inside &= std::abs(x[i]) < T(kBound);
    (inside ? math_loop<T, F> : unary_loop<T, T, Fallback>)(a, b, c, out, n);
}

#define WICK_BODY(Name, Function)                 \
    struct Name {                                 \
        template <class D, class V>               \
        HWY_INLINE V operator()(D d, V x) const { \
            return hn::Function(d, x);            \
        }                                         \
    }
WICK_BODY(Sin, Sin);
WICK_BODY(Cos, Cos);
WICK_BODY(Atan, Atan);
#undef WICK_BODY

#define WICK_OP(Name, ...) \
    struct Name {          \
        template <class T> \
        HWY_INLINE auto operator()(__VA_ARGS__) const
#define WICK_END }

WICK_OP(AddOp, T a, T b) { return a + b; }
WICK_END;
WICK_OP(SubOp, T a, T b) { return a - b; }
WICK_END;
WICK_OP(MulOp, T a, T b) { return a * b; }
WICK_END;
WICK_OP(DivOp, T a, T b) { return a / b; }
WICK_END;
// The quotient of two float32 numbers as double has it, which is on the right side of every whole number up to 2^27:
// what is left of `a` there is exact. False where that does not hold.
template <class T>
HWY_INLINE bool quotient_of(T a, T b, double& quotient) {
    if constexpr (!std::is_same_v<T, float>) return false;
    quotient = static_cast<double>(a) / b;
    return std::abs(quotient) < 0x1p27 && std::isfinite(b);
}

// Python's floor division, rounded from the exact remainder.
WICK_OP(FloordivOp, T a, T b) {
    double exact;
    // Whole numbers above could be rounded.
    if (quotient_of(a, b, exact) && std::abs(exact) < 0x1p22) return static_cast<T>(std::floor(exact));
    if (b == 0) return a / b;
    const T mod = std::fmod(a, b);
    T quotient = (a - mod) / b;
    if (mod != 0 && (b < 0) != (mod < 0)) quotient -= T(1);
    if (quotient == 0) return std::copysign(T(0), a / b);
    const T floored = std::floor(quotient);
    return quotient - floored > T(0.5) ? floored + T(1) : floored;
}
WICK_END;
WICK_OP(TruncdivOp, T a, T b) { return std::trunc(a / b); }
WICK_END;
WICK_OP(RemainderOp, T a, T b) {
    if (double quotient; quotient_of(a, b, quotient)) {
        const T rest = static_cast<T>(a - std::floor(quotient) * b);
        return rest == 0 ? std::copysign(rest, a) : rest;
    }
    const T mod = std::fmod(a, b);
    return mod != 0 && (b < 0) != (mod < 0) ? mod + b : mod;
}
WICK_END;
WICK_OP(FmodOp, T a, T b) {
    if (double quotient; quotient_of(a, b, quotient))
        return std::copysign(static_cast<T>(a - std::trunc(quotient) * b), a);
    return std::fmod(a, b);
}
WICK_END;
WICK_OP(PowOp, T a, T b) { return std::pow(a, b); }
WICK_END;
WICK_OP(SquareOp, T a, T) { return a * a; }
WICK_END;
WICK_OP(CubeOp, T a, T) { return a * a * a; }
WICK_END;
WICK_OP(RootOp, T a, T) { return std::sqrt(a); }
WICK_END;
WICK_OP(InverseOp, T a, T) { return T(1) / a; }
WICK_END;
WICK_OP(InverseRootOp, T a, T) { return T(1) / std::sqrt(a); }
WICK_END;
WICK_OP(Atan2Op, T a, T b) { return std::atan2(a, b); }
WICK_END;
WICK_OP(HypotOp, T a, T b) { return std::hypot(a, b); }
WICK_END;
WICK_OP(CopysignOp, T a, T b) { return std::copysign(a, b); }
WICK_END;
WICK_OP(NextafterOp, T a, T b) { return std::nextafter(a, b); }
WICK_END;
WICK_OP(MaxOp, T a, T b) { return a != a || a > b ? a : b; }
WICK_END;
WICK_OP(MinOp, T a, T b) { return a != a || a < b ? a : b; }
WICK_END;
WICK_OP(FmaxOp, T a, T b) { return b != b || a > b ? a : b; }
WICK_END;
WICK_OP(FminOp, T a, T b) { return b != b || a < b ? a : b; }
WICK_END;
WICK_OP(NegOp, T a) { return -a; }
WICK_END;
WICK_OP(AbsOp, T a) { return std::abs(a); }
WICK_END;
WICK_OP(SignOp, T a) { return static_cast<T>((a > 0) - (a < 0)); }
WICK_END;
WICK_OP(SameOp, T a) { return a; }
WICK_END;
WICK_OP(SqrtOp, T a) { return std::sqrt(a); }
WICK_END;
WICK_OP(RsqrtOp, T a) { return T(1) / std::sqrt(a); }
WICK_END;
WICK_OP(FloorOp, T a) { return std::floor(a); }
WICK_END;
WICK_OP(CeilOp, T a) { return std::ceil(a); }
WICK_END;
WICK_OP(RoundOp, T a) { return std::nearbyint(a); }
WICK_END;
WICK_OP(TruncOp, T a) { return std::trunc(a); }
WICK_END;
WICK_OP(EqOp, T a, T b) { return a == b; }
WICK_END;
WICK_OP(NeOp, T a, T b) { return a != b; }
WICK_END;
WICK_OP(LtOp, T a, T b) { return a < b; }
WICK_END;
WICK_OP(LeOp, T a, T b) { return a <= b; }
WICK_END;
WICK_OP(GtOp, T a, T b) { return a > b; }
WICK_END;
WICK_OP(GeOp, T a, T b) { return a >= b; }
WICK_END;
WICK_OP(IsNanOp, T a) { return a != a; }
WICK_END;
WICK_OP(IsInfOp, T a) { return std::abs(a) == std::numeric_limits<T>::infinity(); }
WICK_END;
WICK_OP(SignBitOp, T a) { return std::signbit(a); }
WICK_END;

#undef WICK_OP
#undef WICK_END

// Powers of positive numbers by way of double, in which the logarithm loses nothing that float could show; of others by
// the C library.
HWY_NOINLINE void float_pow_loop(const void* a, const void* b, const void*, void* out, size_t n) {
    const hn::ScalableTag<double> wide;
    const hn::Rebind<float, hn::ScalableTag<double>> d;
    const size_t lanes = hn::Lanes(wide);
    const float* x = static_cast<const float*>(a);
    const float* y = static_cast<const float*>(b);
    float* r = static_cast<float*>(out);
    const auto infinity = hn::Set(d, std::numeric_limits<float>::infinity()), zero = hn::Zero(d);
    const auto bound = hn::Set(wide, 200.0);  // far beyond what a float's exponent holds
    size_t i = 0;
    for (; i + lanes <= n; i += lanes) {
        const auto base = hn::LoadU(d, x + i), exponent = hn::LoadU(d, y + i);
        const auto plain =
            hn::And(hn::And(hn::Gt(base, zero), hn::Lt(base, infinity)), hn::Lt(hn::Abs(exponent), infinity));
        if (HWY_LIKELY(hn::AllTrue(d, plain))) {
            const auto power = hn::Mul(hn::PromoteTo(wide, exponent), hn::Log(wide, hn::PromoteTo(wide, base)));
            const auto bounded = hn::Max(hn::Neg(bound), hn::Min(power, bound));
            hn::StoreU(hn::DemoteTo(d, hn::Exp(wide, bounded)), d, r + i);
        } else {
            for (size_t k = i; k < i + lanes; ++k) r[k] = std::pow(x[k], y[k]);
        }
    }
    for (; i < n; ++i) r[i] = std::pow(x[i], y[i]);
}

// Exponents are nearly always one number; the common ones need no pow.
template <class T>
void pow_loop(const void* a, const void* b, const void* c, void* out, size_t n) {
    const T* exponent = static_cast<const T*>(b);
    bool same = n > 0;
    for (size_t i = 1; i < n; ++i) same &= exponent[i] == exponent[0];
    VectorLoop loop;
    if constexpr (sizeof(T) == 4) {
        loop = &float_pow_loop;
    } else {
        loop = &binary_loop<T, T, PowOp>;
    }
    if (same && exponent[0] == T(2)) loop = &binary_loop<T, T, SquareOp>;
    if (same && exponent[0] == T(3)) loop = &binary_loop<T, T, CubeOp>;
    if (same && exponent[0] == T(0.5)) loop = &binary_loop<T, T, RootOp>;
    if (same && exponent[0] == T(-1)) loop = &binary_loop<T, T, InverseOp>;
    if (same && exponent[0] == T(-0.5)) loop = &binary_loop<T, T, InverseRootOp>;
    loop(a, b, c, out, n);
}

template <class T>
const LoopTable& float_table() {
    static const LoopTable table = [] {
        LoopTable t{};
        auto set = [&](Primitive p, VectorLoop loop) { t[static_cast<size_t>(p)] = loop; };
        using P = Primitive;
        set(P::add, &binary_loop<T, T, AddOp>);
        set(P::sub, &binary_loop<T, T, SubOp>);
        set(P::mul, &binary_loop<T, T, MulOp>);
        set(P::div, &binary_loop<T, T, DivOp>);
        set(P::floordiv, &binary_loop<T, T, FloordivOp>);
        set(P::truncdiv, &binary_loop<T, T, TruncdivOp>);
        set(P::remainder, &binary_loop<T, T, RemainderOp>);
        set(P::fmod, &binary_loop<T, T, FmodOp>);
        set(P::pow, &pow_loop<T>);
        set(P::atan2, &binary_loop<T, T, Atan2Op>);
        set(P::hypot, &binary_loop<T, T, HypotOp>);
        set(P::copysign, &binary_loop<T, T, CopysignOp>);
        set(P::nextafter, &binary_loop<T, T, NextafterOp>);
        set(P::max, &binary_loop<T, T, MaxOp>);
        set(P::min, &binary_loop<T, T, MinOp>);
        set(P::fmax, &binary_loop<T, T, FmaxOp>);
        set(P::fmin, &binary_loop<T, T, FminOp>);
        set(P::neg, &unary_loop<T, T, NegOp>);
        set(P::abs, &unary_loop<T, T, AbsOp>);
        set(P::sign, &unary_loop<T, T, SignOp>);
        set(P::conj, &unary_loop<T, T, SameOp>);
        set(P::sqrt, &unary_loop<T, T, SqrtOp>);
        set(P::rsqrt, &unary_loop<T, T, RsqrtOp>);
        set(P::exp, &math_loop<T, Exp>);
        set(P::exp2, &unary_loop<T, T, Library<T, std::exp2>>);
        set(P::expm1, &math_loop<T, Expm1>);
        set(P::log, &math_loop<T, Log>);
        set(P::log1p, &math_loop<T, Log1p>);
        set(P::log2, &math_loop<T, Log2>);
        set(P::log10, &math_loop<T, Log10>);
        set(P::sin, &bounded_loop<T, Sin, Library<T, std::sin>, 30000>);
        set(P::cos, &bounded_loop<T, Cos, Library<T, std::cos>, 30000>);
        set(P::tan, &unary_loop<T, T, Library<T, std::tan>>);
        set(P::asin, &unary_loop<T, T, Library<T, std::asin>>);
        set(P::acos, &unary_loop<T, T, Library<T, std::acos>>);
        set(P::atan, &math_loop<T, Atan>);
        set(P::sinh, &unary_loop<T, T, Library<T, std::sinh>>);
        set(P::cosh, &unary_loop<T, T, Library<T, std::cosh>>);
        set(P::tanh, &math_loop<T, Tanh>);
        set(P::asinh, &unary_loop<T, T, Library<T, std::asinh>>);
        set(P::acosh, &unary_loop<T, T, Library<T, std::acosh>>);
        set(P::atanh, &unary_loop<T, T, Library<T, std::atanh>>);
        set(P::sigmoid, &math_loop<T, Sigmoid>);
        set(P::erf, &math_loop<T, Erf>);
        set(P::erfc, &unary_loop<T, T, Library<T, std::erfc>>);
        set(P::erfinv, &unary_loop<T, T, Library<T, special::erfinv>>);
        set(P::lgamma, &unary_loop<T, T, Library<T, special::lgamma>>);
        set(P::digamma, &unary_loop<T, T, Library<T, special::digamma>>);
        set(P::floor, &unary_loop<T, T, FloorOp>);
        set(P::ceil, &unary_loop<T, T, CeilOp>);
        set(P::round, &unary_loop<T, T, RoundOp>);
        set(P::trunc, &unary_loop<T, T, TruncOp>);
        set(P::eq, &binary_loop<T, uint8_t, EqOp>);
        set(P::ne, &binary_loop<T, uint8_t, NeOp>);
        set(P::lt, &binary_loop<T, uint8_t, LtOp>);
        set(P::le, &binary_loop<T, uint8_t, LeOp>);
        set(P::gt, &binary_loop<T, uint8_t, GtOp>);
        set(P::ge, &binary_loop<T, uint8_t, GeOp>);
        set(P::is_nan, &unary_loop<T, uint8_t, IsNanOp>);
        set(P::is_inf, &unary_loop<T, uint8_t, IsInfOp>);
        set(P::sign_bit, &unary_loop<T, uint8_t, SignBitOp>);
        set(P::where, &where_loop<T>);
        return t;
    }();
    return table;
}

VectorLoop float32_loop(Primitive primitive) { return float_table<float>()[static_cast<size_t>(primitive)]; }
VectorLoop float64_loop(Primitive primitive) { return float_table<double>()[static_cast<size_t>(primitive)]; }

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace wick::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "kernels/vector_tables.h"

namespace wick::kernels {

HWY_EXPORT(float32_loop);
HWY_EXPORT(float64_loop);

VectorLoop float_vector_loop(Primitive primitive, bool is_double) {
    return is_double ? HWY_DYNAMIC_DISPATCH(float64_loop)(primitive) : HWY_DYNAMIC_DISPATCH(float32_loop)(primitive);
}

}  // namespace wick::kernels
#endif
