#pragma once
// Pointwise expressions: what an elementwise operator computes, as data.
//
// A body such as
//
//   [](Expr x, Expr slope) { return where(x > 0, x, x * slope); }
//
// is run once on Exprs, which record what is done to them. The record is a list of instructions in SSA form: the vector
// machine (vector_machine.h) evaluates it, and code generation and fusion read the same list.

#include <span>
#include <string>
#include <vector>

#include <wick/tensor/scalar.h>

#include "kernels/primitive.h"

namespace wick::ops {

using kernels::info;
using kernels::Lane;
using kernels::Primitive;

/// One value of an expression. Operands are indices of earlier nodes.
struct ExprNode {
    enum class Kind : uint8_t { input, constant, apply };
    Kind kind;
    Primitive primitive{};  ///< of an apply node
    int16_t operands[3] = {-1, -1, -1};
    int16_t input = -1;  ///< position among the operands of the operator
    Scalar constant;
};

/// A finished expression; immutable.
struct ExprGraph {
    std::vector<ExprNode> nodes;
    int16_t result = -1;

    /// Whether a node's value is a flag (a comparison or logical result) rather than a number.
    bool is_flag(int16_t node) const;
    /// Whether an input is used as a truth value only.
    bool input_is_flag(int16_t input) const;
    /// "%2 = mul(%0, %1)", a line per node.
    std::string str() const;
};

/// Collects nodes while a body runs. Equal nodes are recorded once.
class ExprRecorder {
 public:
    int16_t input(int16_t position);
    int16_t constant(const Scalar& value);
    int16_t apply(Primitive primitive, std::span<const int16_t> operands);
    ExprGraph finish(int16_t result) &&;
    const ExprNode& node(int16_t node) const { return graph_.nodes[node]; }

 private:
    int16_t add(ExprNode node);
    ExprGraph graph_;
};

/// A value while a body runs: a number of the operator's compute type, or a flag.
class Expr {
 public:
    Expr(ExprRecorder* recorder, int16_t node) : recorder_(recorder), node_(node) {}
    Expr(double constant) : constant_(constant) {}
    Expr(int constant) : constant_(constant) {}

    /// The node, recorded with the recorder of another operand when this is a bare constant.
    int16_t node_in(ExprRecorder& recorder) const { return recorder_ ? node_ : recorder.constant(constant_); }
    ExprRecorder* recorder() const { return recorder_; }
    /// A bare 1.
    bool is_one() const { return !recorder_ && constant_.is_integral() && constant_.to_int() == 1; }

 private:
    ExprRecorder* recorder_ = nullptr;
    int16_t node_ = -1;
    Scalar constant_;
};

/// Records a primitive; at least one operand must be recorded already.
Expr apply(Primitive primitive, const Expr& a);
Expr apply(Primitive primitive, const Expr& a, const Expr& b);
Expr apply(Primitive primitive, const Expr& a, const Expr& b, const Expr& c);

inline Expr operator+(const Expr& a, const Expr& b) { return apply(Primitive::add, a, b); }
inline Expr operator-(const Expr& a, const Expr& b) { return apply(Primitive::sub, a, b); }
inline Expr operator*(const Expr& a, const Expr& b) {
    if (a.is_one() && b.recorder()) return b;
    return b.is_one() && a.recorder() ? a : apply(Primitive::mul, a, b);
}
inline Expr operator/(const Expr& a, const Expr& b) { return apply(Primitive::div, a, b); }
inline Expr operator-(const Expr& a) { return apply(Primitive::neg, a); }
inline Expr operator==(const Expr& a, const Expr& b) { return apply(Primitive::eq, a, b); }
inline Expr operator!=(const Expr& a, const Expr& b) { return apply(Primitive::ne, a, b); }
inline Expr operator<(const Expr& a, const Expr& b) { return apply(Primitive::lt, a, b); }
inline Expr operator<=(const Expr& a, const Expr& b) { return apply(Primitive::le, a, b); }
inline Expr operator>(const Expr& a, const Expr& b) { return apply(Primitive::gt, a, b); }
inline Expr operator>=(const Expr& a, const Expr& b) { return apply(Primitive::ge, a, b); }
inline Expr operator&&(const Expr& a, const Expr& b) { return apply(Primitive::flag_and, a, b); }
inline Expr operator||(const Expr& a, const Expr& b) { return apply(Primitive::flag_or, a, b); }
inline Expr operator!(const Expr& a) { return apply(Primitive::flag_not, a); }
inline Expr operator&(const Expr& a, const Expr& b) { return apply(Primitive::bit_and, a, b); }
inline Expr operator|(const Expr& a, const Expr& b) { return apply(Primitive::bit_or, a, b); }
inline Expr operator^(const Expr& a, const Expr& b) { return apply(Primitive::bit_xor, a, b); }
inline Expr operator~(const Expr& a) { return apply(Primitive::bit_not, a); }
inline Expr where(const Expr& condition, const Expr& a, const Expr& b) {
    return apply(Primitive::where, condition, a, b);
}
inline Expr logical_xor(const Expr& a, const Expr& b) { return apply(Primitive::flag_xor, a, b); }

#define WICK_EXPR_UNARY(name) \
    inline Expr name(const Expr& a) { return apply(Primitive::name, a); }
#define WICK_EXPR_BINARY(name) \
    inline Expr name(const Expr& a, const Expr& b) { return apply(Primitive::name, a, b); }
WICK_EXPR_BINARY(floordiv)
WICK_EXPR_BINARY(truncdiv)
WICK_EXPR_BINARY(remainder)
WICK_EXPR_BINARY(fmod)
WICK_EXPR_BINARY(pow)
WICK_EXPR_BINARY(atan2)
WICK_EXPR_BINARY(hypot)
WICK_EXPR_BINARY(copysign)
WICK_EXPR_BINARY(nextafter)
WICK_EXPR_BINARY(max)
WICK_EXPR_BINARY(min)
WICK_EXPR_BINARY(fmax)
WICK_EXPR_BINARY(fmin)
WICK_EXPR_BINARY(shift_left)
WICK_EXPR_BINARY(shift_right)
WICK_EXPR_BINARY(gcd)
WICK_EXPR_BINARY(lcm)
WICK_EXPR_UNARY(abs)
WICK_EXPR_UNARY(sign)
WICK_EXPR_UNARY(conj)
WICK_EXPR_UNARY(sqrt)
WICK_EXPR_UNARY(rsqrt)
WICK_EXPR_UNARY(exp)
WICK_EXPR_UNARY(exp2)
WICK_EXPR_UNARY(expm1)
WICK_EXPR_UNARY(log)
WICK_EXPR_UNARY(log1p)
WICK_EXPR_UNARY(log2)
WICK_EXPR_UNARY(log10)
WICK_EXPR_UNARY(sin)
WICK_EXPR_UNARY(cos)
WICK_EXPR_UNARY(tan)
WICK_EXPR_UNARY(asin)
WICK_EXPR_UNARY(acos)
WICK_EXPR_UNARY(atan)
WICK_EXPR_UNARY(sinh)
WICK_EXPR_UNARY(cosh)
WICK_EXPR_UNARY(tanh)
WICK_EXPR_UNARY(asinh)
WICK_EXPR_UNARY(acosh)
WICK_EXPR_UNARY(atanh)
WICK_EXPR_UNARY(sigmoid)
WICK_EXPR_UNARY(erf)
WICK_EXPR_UNARY(erfc)
WICK_EXPR_UNARY(erfinv)
WICK_EXPR_UNARY(lgamma)
WICK_EXPR_UNARY(digamma)
WICK_EXPR_UNARY(floor)
WICK_EXPR_UNARY(ceil)
WICK_EXPR_UNARY(round)
WICK_EXPR_UNARY(trunc)
WICK_EXPR_UNARY(is_nan)
WICK_EXPR_UNARY(is_inf)
WICK_EXPR_UNARY(sign_bit)
#undef WICK_EXPR_UNARY
#undef WICK_EXPR_BINARY

}  // namespace wick::ops
