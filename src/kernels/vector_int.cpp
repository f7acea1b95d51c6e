// Vector loops on int64 and on flags.

#include "kernels/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/vector_int.cpp"
#include <algorithm>
#include <cstdint>
#include <hwy/foreach_target.h>
#include <numeric>

#include "kernels/special.h"
#include "kernels/target-inl.h"
#include "kernels/vector_loops-inl.h"

HWY_BEFORE_NAMESPACE();
namespace wick::kernels::HWY_NAMESPACE {

using I = int64_t;
using U = uint64_t;

// Arithmetic wraps, so it is done on unsigned numbers.
#define WICK_UNARY(Name, expression)                                   \
    struct Name {                                                      \
        HWY_INLINE auto operator()(I a) const { return (expression); } \
    }
#define WICK_BINARY(Name, expression)                                       \
    struct Name {                                                           \
        HWY_INLINE auto operator()(I a, I b) const { return (expression); } \
    }
WICK_BINARY(AddOp, static_cast<I>(static_cast<U>(a) + static_cast<U>(b)));
WICK_BINARY(SubOp, static_cast<I>(static_cast<U>(a) - static_cast<U>(b)));
WICK_BINARY(MulOp, static_cast<I>(static_cast<U>(a) * static_cast<U>(b)));
WICK_BINARY(TruncdivOp, special::truncdiv(a, b));
WICK_BINARY(FloordivOp, special::floordiv(a, b));
WICK_BINARY(RemainderOp, special::remainder(a, b));
WICK_BINARY(FmodOp, special::fmod(a, b));
WICK_BINARY(PowOp, special::ipow(a, b));
WICK_BINARY(GcdOp, special::gcd(a, b));
WICK_BINARY(LcmOp, special::lcm(a, b));
WICK_BINARY(MaxOp, a > b ? a : b);
WICK_BINARY(MinOp, a < b ? a : b);
WICK_BINARY(AndOp, a& b);
WICK_BINARY(OrOp, a | b);
WICK_BINARY(XorOp, a ^ b);
WICK_BINARY(ShlOp, b<0 || b> 63 ? I{0} : static_cast<I>(static_cast<U>(a) << b));
WICK_BINARY(ShrOp, a >> (b < 0 || b > 63 ? 63 : b));
WICK_BINARY(EqOp, a == b);
WICK_BINARY(NeOp, a != b);
WICK_BINARY(LtOp, a < b);
WICK_BINARY(LeOp, a <= b);
WICK_BINARY(GtOp, a > b);
WICK_BINARY(GeOp, a >= b);
WICK_UNARY(NegOp, static_cast<I>(U{0} - static_cast<U>(a)));
WICK_UNARY(AbsOp, a < 0 ? static_cast<I>(U{0} - static_cast<U>(a)) : a);
WICK_UNARY(SignOp, static_cast<I>(a > 0) - static_cast<I>(a < 0));
WICK_UNARY(SameOp, a);
WICK_UNARY(NotOp, ~a);
WICK_UNARY(NeverOp, false && a);
WICK_UNARY(NegativeOp, a < 0);
#undef WICK_UNARY
#undef WICK_BINARY

VectorLoop integer_loop(Primitive primitive) {
    static const LoopTable table = [] {
        LoopTable t{};
        auto set = [&](Primitive p, VectorLoop loop) { t[static_cast<size_t>(p)] = loop; };
        using P = Primitive;
        set(P::add, &binary_loop<I, I, AddOp>);
        set(P::sub, &binary_loop<I, I, SubOp>);
        set(P::mul, &binary_loop<I, I, MulOp>);
        set(P::truncdiv, &binary_loop<I, I, TruncdivOp>);
        set(P::floordiv, &binary_loop<I, I, FloordivOp>);
        set(P::remainder, &binary_loop<I, I, RemainderOp>);
        set(P::fmod, &binary_loop<I, I, FmodOp>);
        set(P::pow, &binary_loop<I, I, PowOp>);
        set(P::gcd, &binary_loop<I, I, GcdOp>);
        set(P::lcm, &binary_loop<I, I, LcmOp>);
        set(P::max, &binary_loop<I, I, MaxOp>);
        set(P::min, &binary_loop<I, I, MinOp>);
        set(P::fmax, &binary_loop<I, I, MaxOp>);
        set(P::fmin, &binary_loop<I, I, MinOp>);
        set(P::bit_and, &binary_loop<I, I, AndOp>);
        set(P::bit_or, &binary_loop<I, I, OrOp>);
        set(P::bit_xor, &binary_loop<I, I, XorOp>);
        set(P::shift_left, &binary_loop<I, I, ShlOp>);
        set(P::shift_right, &binary_loop<I, I, ShrOp>);
        set(P::eq, &binary_loop<I, uint8_t, EqOp>);
        set(P::ne, &binary_loop<I, uint8_t, NeOp>);
        set(P::lt, &binary_loop<I, uint8_t, LtOp>);
        set(P::le, &binary_loop<I, uint8_t, LeOp>);
        set(P::gt, &binary_loop<I, uint8_t, GtOp>);
        set(P::ge, &binary_loop<I, uint8_t, GeOp>);
        set(P::neg, &unary_loop<I, I, NegOp>);
        set(P::abs, &unary_loop<I, I, AbsOp>);
        set(P::sign, &unary_loop<I, I, SignOp>);
        for (P p : {P::floor, P::ceil, P::round, P::trunc, P::conj}) set(p, &unary_loop<I, I, SameOp>);
        set(P::bit_not, &unary_loop<I, I, NotOp>);
        set(P::is_nan, &unary_loop<I, uint8_t, NeverOp>);
        set(P::is_inf, &unary_loop<I, uint8_t, NeverOp>);
        set(P::sign_bit, &unary_loop<I, uint8_t, NegativeOp>);
        set(P::where, &where_loop<I>);
        return t;
    }();
    return table[static_cast<size_t>(primitive)];
}

struct FlagAnd {
    HWY_INLINE uint8_t operator()(uint8_t a, uint8_t b) const { return a & b; }
};
struct FlagOr {
    HWY_INLINE uint8_t operator()(uint8_t a, uint8_t b) const { return a | b; }
};
struct FlagXor {
    HWY_INLINE uint8_t operator()(uint8_t a, uint8_t b) const { return a ^ b; }
};
struct FlagNot {
    HWY_INLINE uint8_t operator()(uint8_t a) const { return a ^ 1; }
};

VectorLoop flag_loop(Primitive primitive) {
    switch (primitive) {
        case Primitive::flag_and:
            return &binary_loop<uint8_t, uint8_t, FlagAnd>;
        case Primitive::flag_or:
            return &binary_loop<uint8_t, uint8_t, FlagOr>;
        case Primitive::flag_xor:
            return &binary_loop<uint8_t, uint8_t, FlagXor>;
        case Primitive::flag_not:
            return &unary_loop<uint8_t, uint8_t, FlagNot>;
        default:
            return nullptr;
    }
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace wick::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "kernels/vector_tables.h"

namespace wick::kernels {

HWY_EXPORT(integer_loop);
HWY_EXPORT(flag_loop);

VectorLoop integer_vector_loop(Primitive primitive) { return HWY_DYNAMIC_DISPATCH(integer_loop)(primitive); }
VectorLoop flag_vector_loop(Primitive primitive) { return HWY_DYNAMIC_DISPATCH(flag_loop)(primitive); }

}  // namespace wick::kernels
#endif
