#pragma once
// The primitive operations that pointwise expressions are made of, and the vector loops that carry them out.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wick::kernels {

/// What a vector of values holds while it is computed. float16 and bfloat16 are computed as f32, the narrow integers as
/// i64 (wrapping when stored), bool as i64 in arithmetic and as flag where a truth value is meant (one byte, 0 or 1).
enum class Lane : uint8_t { f32, f64, i64, c64, c128, flag };
inline constexpr size_t kLanes = 6;

/// Bytes of one value.
constexpr size_t lane_bytes(Lane lane) {
    constexpr size_t bytes[kLanes] = {4, 8, 8, 8, 16, 1};
    return bytes[static_cast<size_t>(lane)];
}

// (name, operands, result, spelling in printed expressions). Operand and result kinds: V a value of the expression's
// lane, F a flag. Semantics are PyTorch's: max and min propagate NaN, fmax and fmin ignore it; remainder has the sign
// of the divisor, fmod that of the dividend; round goes to even; shifts by the width or more give 0 (or the sign).
#define WICK_FORALL_PRIMITIVES(_)        \
    _(add, "VV", 'V', "add")             \
    _(sub, "VV", 'V', "sub")             \
    _(mul, "VV", 'V', "mul")             \
    _(div, "VV", 'V', "div")             \
    _(floordiv, "VV", 'V', "floordiv")   \
    _(truncdiv, "VV", 'V', "truncdiv")   \
    _(remainder, "VV", 'V', "remainder") \
    _(fmod, "VV", 'V', "fmod")           \
    _(pow, "VV", 'V', "pow")             \
    _(atan2, "VV", 'V', "atan2")         \
    _(hypot, "VV", 'V', "hypot")         \
    _(copysign, "VV", 'V', "copysign")   \
    _(nextafter, "VV", 'V', "nextafter") \
    _(max, "VV", 'V', "max")             \
    _(min, "VV", 'V', "min")             \
    _(fmax, "VV", 'V', "fmax")           \
    _(fmin, "VV", 'V', "fmin")           \
    _(bit_and, "VV", 'V', "and")         \
    _(bit_or, "VV", 'V', "or")           \
    _(bit_xor, "VV", 'V', "xor")         \
    _(shift_left, "VV", 'V', "shl")      \
    _(shift_right, "VV", 'V', "shr")     \
    _(gcd, "VV", 'V', "gcd")             \
    _(lcm, "VV", 'V', "lcm")             \
    _(neg, "V", 'V', "neg")              \
    _(abs, "V", 'V', "abs")              \
    _(sign, "V", 'V', "sign")            \
    _(conj, "V", 'V', "conj")            \
    _(sqrt, "V", 'V', "sqrt")            \
    _(rsqrt, "V", 'V', "rsqrt")          \
    _(exp, "V", 'V', "exp")              \
    _(exp2, "V", 'V', "exp2")            \
    _(expm1, "V", 'V', "expm1")          \
    _(log, "V", 'V', "log")              \
    _(log1p, "V", 'V', "log1p")          \
    _(log2, "V", 'V', "log2")            \
    _(log10, "V", 'V', "log10")          \
    _(sin, "V", 'V', "sin")              \
    _(cos, "V", 'V', "cos")              \
    _(tan, "V", 'V', "tan")              \
    _(asin, "V", 'V', "asin")            \
    _(acos, "V", 'V', "acos")            \
    _(atan, "V", 'V', "atan")            \
    _(sinh, "V", 'V', "sinh")            \
    _(cosh, "V", 'V', "cosh")            \
    _(tanh, "V", 'V', "tanh")            \
    _(asinh, "V", 'V', "asinh")          \
    _(acosh, "V", 'V', "acosh")          \
    _(atanh, "V", 'V', "atanh")          \
    _(sigmoid, "V", 'V', "sigmoid")      \
    _(erf, "V", 'V', "erf")              \
    _(erfc, "V", 'V', "erfc")            \
    _(erfinv, "V", 'V', "erfinv")        \
    _(lgamma, "V", 'V', "lgamma")        \
    _(digamma, "V", 'V', "digamma")      \
    _(floor, "V", 'V', "floor")          \
    _(ceil, "V", 'V', "ceil")            \
    _(round, "V", 'V', "round")          \
    _(trunc, "V", 'V', "trunc")          \
    _(bit_not, "V", 'V', "not")          \
    _(eq, "VV", 'F', "eq")               \
    _(ne, "VV", 'F', "ne")               \
    _(lt, "VV", 'F', "lt")               \
    _(le, "VV", 'F', "le")               \
    _(gt, "VV", 'F', "gt")               \
    _(ge, "VV", 'F', "ge")               \
    _(is_nan, "V", 'F', "isnan")         \
    _(is_inf, "V", 'F', "isinf")         \
    _(sign_bit, "V", 'F', "signbit")     \
    _(flag_and, "FF", 'F', "land")       \
    _(flag_or, "FF", 'F', "lor")         \
    _(flag_xor, "FF", 'F', "lxor")       \
    _(flag_not, "F", 'F', "lnot")        \
    _(where, "FVV", 'V', "where")

enum class Primitive : uint8_t {
#define _(name, operands, result, spelling) name,
    WICK_FORALL_PRIMITIVES(_)
#undef _
};

struct PrimitiveInfo {
    std::string_view name;
    std::string_view operands;  ///< one letter each
    char result;
};
const PrimitiveInfo& info(Primitive primitive);
#define _(name, operands, result, spelling) +1
inline constexpr size_t kPrimitives = 0 WICK_FORALL_PRIMITIVES(_);
#undef _

/// out[i] = primitive(a[i], b[i], c[i]) for i < n. Operands that the primitive lacks are ignored; `out` may be one of
/// the operands where both have values of the same size. Arrays need the alignment of their values only.
using VectorLoop = void (*)(const void* a, const void* b, const void* c, void* out, size_t n);

/// The loop for the processor at hand, or null where the primitive is not defined for the lane. Comparisons are
/// looked up by the lane of their operands, flag operations by Lane::flag.
///
/// Accuracy in float32 against the correctly rounded value: exp, sigmoid, erf, expm1 2 ulp; log, log1p, tanh, sin, cos
/// and the other inverse and hyperbolic functions 4 ulp; +, -, *, /, sqrt exact; the rest is the C library's.
VectorLoop vector_loop(Primitive primitive, Lane lane);

}  // namespace wick::kernels
