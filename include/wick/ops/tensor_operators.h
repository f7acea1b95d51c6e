#pragma once
// Python's arithmetic and comparisons on tensors: x + y, 2 - x, -x, x < y, x += y. All but && || and ! go element by
// element; == gives a tensor too.

#include <wick/ops/functions.h>

namespace wick {

#define WICK_BINARY_OPERATOR(symbol, name)                                                 \
    inline Tensor operator symbol(const Tensor& a, const Tensor& b) { return name(a, b); } \
    inline Tensor operator symbol(const Tensor& a, const Scalar& b) { return name(a, b); }
/// Of a view that a call gave, too: x[0] += 1.
#define WICK_INPLACE_OPERATOR(symbol, name)                                               \
    inline Tensor& operator symbol(Tensor& a, const Tensor& b) { return name(a, b), a; }  \
    inline Tensor& operator symbol(Tensor& a, const Scalar& b) { return name(a, b), a; }  \
    inline Tensor& operator symbol(Tensor&& a, const Tensor& b) { return name(a, b), a; } \
    inline Tensor& operator symbol(Tensor&& a, const Scalar& b) { return name(a, b), a; }
/// With the number first, where the operands may change places.
#define WICK_SYMMETRIC_OPERATOR(symbol, name, mirrored) \
    WICK_BINARY_OPERATOR(symbol, name)                  \
    inline Tensor operator symbol(const Scalar& a, const Tensor& b) { return mirrored(b, a); }

WICK_SYMMETRIC_OPERATOR(+, add, add)
WICK_SYMMETRIC_OPERATOR(-, sub, rsub)
WICK_SYMMETRIC_OPERATOR(*, mul, mul)
WICK_SYMMETRIC_OPERATOR(==, eq, eq)
WICK_SYMMETRIC_OPERATOR(!=, ne, ne)
WICK_SYMMETRIC_OPERATOR(<, lt, gt)
WICK_SYMMETRIC_OPERATOR(<=, le, ge)
WICK_SYMMETRIC_OPERATOR(>, gt, lt)
WICK_SYMMETRIC_OPERATOR(>=, ge, le)
WICK_SYMMETRIC_OPERATOR(&, bitwise_and, bitwise_and)
WICK_SYMMETRIC_OPERATOR(|, bitwise_or, bitwise_or)
WICK_SYMMETRIC_OPERATOR(^, bitwise_xor, bitwise_xor)
WICK_BINARY_OPERATOR(/, div)
WICK_BINARY_OPERATOR(%, remainder)
WICK_INPLACE_OPERATOR(+=, add_)
WICK_INPLACE_OPERATOR(-=, sub_)
WICK_INPLACE_OPERATOR(*=, mul_)
WICK_INPLACE_OPERATOR(/=, div_)
WICK_INPLACE_OPERATOR(&=, bitwise_and_)
WICK_INPLACE_OPERATOR(|=, bitwise_or_)
WICK_INPLACE_OPERATOR(^=, bitwise_xor_)

#undef WICK_SYMMETRIC_OPERATOR
#undef WICK_INPLACE_OPERATOR
#undef WICK_BINARY_OPERATOR

inline Tensor operator/(const Scalar& a, const Tensor& b) { return mul(reciprocal(b), a); }
inline Tensor operator%(const Scalar& a, const Tensor& b) { return remainder(a, b); }
inline Tensor operator-(const Tensor& a) { return neg(a); }
inline Tensor operator~(const Tensor& a) { return bitwise_not(a); }

}  // namespace wick
