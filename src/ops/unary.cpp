// Elementwise functions of one tensor.

#include <cmath>
#include <limits>

#include "ops/families.h"
#include "ops/op_errors.h"
#include "ops/pointwise.h"

namespace wick::jit {
namespace {

using namespace ops;

void refuse_bool_negation(std::span<const DType> tensors) {
    WICK_CHECK(tensors.empty() || tensors[0] != DType::bool_,
               "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use "
               "the `~` or `logical_not()` operator instead.");
}
constexpr Rule kNegation{DTypeRule::promote, &refuse_bool_negation};

Tensor bitwise_not(const Tensor& self) {
    if (self.dtype() == DType::bool_)
        return pointwise(
            kCompare, [](Expr x) { return !x; }, self);
    WICK_CHECK_IMPLEMENTED(is_integral(self.dtype()), "bitwise_not_cpu", self.dtype());
    return pointwise(
        kIntegral, [](Expr x) { return ~x; }, self);
}

Tensor nan_to_num(const Tensor& self, std::optional<double> nan, std::optional<double> posinf,
                  std::optional<double> neginf) {
    if (is_integral(self.dtype(), true)) return clone(self);
    double largest = std::numeric_limits<double>::max();
    if (self.dtype() == DType::float32) largest = std::numeric_limits<float>::max();
    if (self.dtype() == DType::float16) largest = 65504;
    if (self.dtype() == DType::bfloat16) largest = 0x1.fep127;
    return pointwise(
        kFloating,
        [](Expr x, Expr nan, Expr high, Expr low) {
            return where(is_nan(x), nan, where(is_inf(x), where(x > 0, high, low), x));
        },
        self, Scalar(nan.value_or(0)), Scalar(posinf.value_or(largest)), Scalar(neginf.value_or(-largest)));
}

/// One entry per name: the functional operator, its in-place and its out= variant.
template <class F>
void add_unary(Registry& ops, std::initializer_list<std::string_view> names, Rule rule, F body) {
    for (std::string_view name : names)
        ops.add(fmt::format("aten::{}(Tensor self) -> Tensor", name)).pointwise(rule, body).inplace().out();
}

}  // namespace

void register_unary(Registry& ops) {
    add_unary(ops, {"abs", "absolute"}, kReal, [](Expr x) { return abs(x); });
    add_unary(ops, {"neg", "negative"}, kNegation, [](Expr x) { return -x; });
    add_unary(ops, {"sign"}, kPromote, [](Expr x) { return sign(x); });
    add_unary(ops, {"sgn"}, kPromote, [](Expr x) { return sign(x); });
    ops.add("aten::square(Tensor self) -> Tensor")
        .pointwise(kPromote, [](Expr x) { return x * x; })
        .inplace()
        .out()
        .gradient_name("PowBackward0");
    add_unary(ops, {"sqrt"}, kIntToFloat, [](Expr x) { return sqrt(x); });
    add_unary(ops, {"rsqrt"}, kIntToFloat, [](Expr x) { return rsqrt(x); });
    add_unary(ops, {"reciprocal"}, kIntToFloat, [](Expr x) { return 1 / x; });
    add_unary(ops, {"exp"}, kIntToFloat, [](Expr x) { return exp(x); });
    add_unary(ops, {"exp2"}, kIntToFloat, [](Expr x) { return exp2(x); });
    add_unary(ops, {"expm1"}, kIntToFloat, [](Expr x) { return expm1(x); });
    add_unary(ops, {"log"}, kIntToFloat, [](Expr x) { return log(x); });
    add_unary(ops, {"log1p"}, kIntToFloat, [](Expr x) { return log1p(x); });
    add_unary(ops, {"log2"}, kIntToFloat, [](Expr x) { return log2(x); });
    add_unary(ops, {"log10"}, kIntToFloat, [](Expr x) { return log10(x); });
    add_unary(ops, {"sin"}, kIntToFloat, [](Expr x) { return sin(x); });
    add_unary(ops, {"cos"}, kIntToFloat, [](Expr x) { return cos(x); });
    add_unary(ops, {"tan"}, kIntToFloat, [](Expr x) { return tan(x); });
    add_unary(ops, {"asin", "arcsin"}, kIntToFloat, [](Expr x) { return asin(x); });
    add_unary(ops, {"acos", "arccos"}, kIntToFloat, [](Expr x) { return acos(x); });
    add_unary(ops, {"atan", "arctan"}, kIntToFloat, [](Expr x) { return atan(x); });
    add_unary(ops, {"sinh"}, kIntToFloat, [](Expr x) { return sinh(x); });
    add_unary(ops, {"cosh"}, kIntToFloat, [](Expr x) { return cosh(x); });
    add_unary(ops, {"tanh"}, kIntToFloat, [](Expr x) { return tanh(x); });
    add_unary(ops, {"asinh", "arcsinh"}, kIntToFloat, [](Expr x) { return asinh(x); });
    add_unary(ops, {"acosh", "arccosh"}, kIntToFloat, [](Expr x) { return acosh(x); });
    add_unary(ops, {"atanh", "arctanh"}, kIntToFloat, [](Expr x) { return atanh(x); });
    add_unary(ops, {"sigmoid"}, kIntToFloat, [](Expr x) { return sigmoid(x); });
    add_unary(ops, {"erf"}, kIntToFloat, [](Expr x) { return erf(x); });
    add_unary(ops, {"erfc"}, kIntToFloat, [](Expr x) { return erfc(x); });
    add_unary(ops, {"erfinv"}, kIntToFloat, [](Expr x) { return erfinv(x); });
    ops.add("aten::lgamma(Tensor self) -> Tensor")
        .pointwise(kIntToFloat, [](Expr x) { return lgamma(x); })
        .inplace()
        .out()
        .derivative("self", "grad * torch.digamma(self)");
    ops.add("aten::digamma(Tensor self) -> Tensor")
        .pointwise(kIntToFloat, [](Expr x) { return digamma(x); })
        .inplace()
        .out()
        .derivative("self", "grad * torch.polygamma(1, self)");
    add_unary(ops, {"floor"}, kPromote, [](Expr x) { return floor(x); });
    add_unary(ops, {"ceil"}, kPromote, [](Expr x) { return ceil(x); });
    add_unary(ops, {"round"}, kPromote, [](Expr x) { return round(x); });
    add_unary(ops, {"trunc", "fix"}, kPromote, [](Expr x) { return trunc(x); });
    add_unary(ops, {"frac"}, kFloating, [](Expr x) { return x - trunc(x); });
    add_unary(ops, {"deg2rad"}, kIntToFloat, [](Expr x) { return x * (M_PI / 180); });
    add_unary(ops, {"rad2deg"}, kIntToFloat, [](Expr x) { return x * (180 / M_PI); });
    add_unary(ops, {"sinc"}, kIntToFloat, [](Expr x) {
        const Expr angle = x * M_PI;
        return where(x == 0, 1, sin(angle) / angle);
    });
    ops.add("aten::round.decimals(Tensor self, *, int decimals) -> Tensor")
        .pointwise(kFloating,
                   [](Expr x, int64_t decimals) {
                       const double scale = std::pow(10.0, static_cast<double>(std::abs(decimals)));
                       return decimals >= 0 ? round(x * scale) / scale : round(x / scale) * scale;
                   })
        .inplace()
        .out();
    ops.add("aten::logit(Tensor self, float? eps=None) -> Tensor")
        .pointwise(kIntToFloat,
                   [](Expr x, std::optional<Expr> eps) {
                       const Expr p = eps ? min(max(x, *eps), 1 - *eps) : x;
                       return log(p / (1 - p));
                   })
        .inplace()
        .out();
    ops.add("aten::bitwise_not(Tensor self) -> Tensor").kernel(&bitwise_not).inplace().out();
    ops.add("aten::nan_to_num(Tensor self, float? nan=None, float? posinf=None, float? neginf=None) -> Tensor")
        .kernel(&nan_to_num)
        .inplace()
        .out()
        .derivative("self", "grad * self.isfinite()");
    ops.add("aten::conj(Tensor(a) self) -> Tensor(a)")
        .kernel([](const Tensor& self) {
            return is_complex(self.dtype()) ? pointwise(
                                                  kPromote, [](Expr x) { return conj(x); }, self)
                                            : self;
        })
        .derivative("self", "grad.conj()");
    ops.add("wick::angle_backward(Tensor grad, Tensor self) -> Tensor").composite(R"(
def angle_backward(grad: Tensor, self: Tensor) -> Tensor:
    if not self.is_complex():
        return torch.zeros_like(self)
    square = self.real * self.real + self.imag * self.imag
    tangent = torch.complex(-self.imag, self.real) / torch.where(square == 0, 1, square)
    return grad * tangent
)");
    ops.add("aten::angle(Tensor self) -> Tensor")
        .kernel([](const Tensor& self) {
            if (is_complex(self.dtype())) {
                const Tensor parts = call_operator("aten::view_as_real", {self}).to_tensor();
                return pointwise(
                    kPromote, [](Expr y, Expr x) { return atan2(y, x); }, select(parts, -1, 1), select(parts, -1, 0));
            }
            return pointwise(
                kIntToFloat, [](Expr x) { return where(is_nan(x), x, where(x < 0, M_PI, 0)); }, self);
        })
        .derivative("self", "ops.wick.angle_backward(grad, self)");
}

}  // namespace wick::jit
