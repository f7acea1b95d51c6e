// Arithmetic, bitwise and logical operators on two operands.

#include "ops/families.h"
#include "ops/pointwise.h"
#include "ops/recorded.h"

namespace wick::jit {
namespace {

using namespace ops;

void refuse_bool_subtraction(std::span<const DType> tensors) {
    size_t bools = 0;
    for (DType dtype : tensors) bools += dtype == DType::bool_;
    WICK_CHECK(bools < 2,
               "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` "
               "operator instead.");
    WICK_CHECK(bools == 0,
               "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a "
               "mask, use the `~` or "
               "`logical_not()` operator instead.");
}
constexpr Rule kSubtraction{DTypeRule::promote, &refuse_bool_subtraction};

/// Which out= overloads PyTorch gives an operator on a tensor and a tensor or number, and under which names.
enum class Outs { tensor, both, both_named };  // out; out and Scalar_out; Tensor_out and Scalar_out

/// `name.Tensor` and `name.Scalar` on the same body, for each name.
template <class F>
void add_binary(Registry& ops, std::initializer_list<std::string_view> names, Outs outs, Rule rule, F body) {
    for (std::string_view name : names) {
        ops.add(fmt::format("aten::{}.Tensor(Tensor self, Tensor other) -> Tensor", name))
            .pointwise(rule, body)
            .inplace()
            .out(outs == Outs::both_named ? "Tensor_out" : "out");
        OperatorEntry number = ops.add(fmt::format("aten::{}.Scalar(Tensor self, Scalar other) -> Tensor", name))
                                   .pointwise(rule, body)
                                   .inplace();
        if (outs != Outs::tensor) number.out();
    }
}

/// As above for operators without overloads for numbers.
template <class F>
OperatorEntry add_tensors_only(Registry& ops, std::string_view name, Rule rule, F body, bool has_inplace) {
    OperatorEntry entry =
        ops.add(fmt::format("aten::{}(Tensor self, Tensor other) -> Tensor", name)).pointwise(rule, body).out();
    if (has_inplace) entry.inplace();
    return entry;
}

/// `name.Tensor` and `name.Scalar` with a factor for the second operand.
template <class F>
void add_with_alpha(Registry& ops, std::string_view name, Outs outs, Rule rule, F body, bool has_inplace = true) {
    OperatorEntry tensor =
        ops.add(fmt::format("aten::{}.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor", name))
            .pointwise(rule, body);
    OperatorEntry number =
        ops.add(fmt::format("aten::{}.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor", name))
            .pointwise(rule, body);
    tensor.out(outs == Outs::both_named ? "Tensor_out" : "out");
    if (outs != Outs::tensor) number.out();
    if (!has_inplace) return;
    tensor.inplace();
    number.inplace();
}

Tensor divide(const Operand& a, const Operand& b, std::optional<std::string_view> mode) {
    if (!mode)
        return pointwise(
            kIntToFloat, [](Expr x, Expr y) { return x / y; }, a, b);
    if (*mode == "floor")
        return pointwise(
            kPromote, [](Expr x, Expr y) { return floordiv(x, y); }, a, b);
    WICK_CHECK(*mode == "trunc", "div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{}'",
               *mode);
    return pointwise(
        kPromote, [](Expr x, Expr y) { return truncdiv(x, y); }, a, b);
}

void register_division(Registry& ops) {
    auto quotient = [](Expr a, Expr b) { return a / b; };
    add_binary(ops, {"div"}, Outs::both, kIntToFloat, quotient);
    add_binary(ops, {"divide", "true_divide"}, Outs::tensor, kIntToFloat, quotient);
    for (std::string_view name : {"div", "divide"}) {
        ops.add(fmt::format("aten::{}.Tensor_mode(Tensor self, Tensor other, *, str? rounding_mode) -> Tensor", name))
            .kernel([](const Tensor& a, const Tensor& b, std::optional<std::string_view> mode) {
                return divide(a, b, mode);
            })
            .inplace()
            .out("out_mode")
            .derivative("self", "grad / other.conj() if rounding_mode is None else torch.zeros_like(grad)")
            .derivative("other",
                        "-grad * (self / other / other).conj() if rounding_mode is None else torch.zeros_like(grad)");
        OperatorEntry number = ops.add(
            fmt::format("aten::{}.Scalar_mode(Tensor self, Scalar other, *, str? rounding_mode) -> Tensor", name));
        number
            .kernel([](const Tensor& a, Scalar b, std::optional<std::string_view> mode) { return divide(a, b, mode); })
            .inplace()
            .derivative("self", "torch.div(grad, other) if rounding_mode is None else torch.zeros_like(grad)");
        if (name == "div") number.out();
    }
    auto floored = [](Expr a, Expr b) { return floordiv(a, b); };
    ops.add("aten::floor_divide(Tensor self, Tensor other) -> Tensor").pointwise(floored).inplace("Tensor").out();
    ops.add("aten::floor_divide.Scalar(Tensor self, Scalar other) -> Tensor").pointwise(floored).inplace().out();
    add_binary(ops, {"remainder"}, Outs::both_named, kPromote, [](Expr a, Expr b) { return remainder(a, b); });
    ops.add("aten::remainder.Scalar_Tensor(Scalar self, Tensor other) -> Tensor")
        .pointwise([](Expr a, Expr b) { return remainder(a, b); })
        .out();
    add_binary(ops, {"fmod"}, Outs::both_named, kPromote, [](Expr a, Expr b) { return fmod(a, b); });
}

/// As pow; integers have no negative powers.
void call_power(const Operator& op, const void* function, Args args, IValue* results) {
    const bool takes_integers = args[0].is_tensor() && is_integral(args[0].tensor_ref().dtype(), true);
    WICK_CHECK(!takes_integers || !args[1].is_int() || args[1].to_int() >= 0,
               "Integers to negative integer powers are not allowed.");
    call_pointwise(op, function, args, results);
}

void register_powers(Registry& ops) {
    auto power = [](Expr a, Expr b) { return pow(a, b); };
    ops.add("aten::pow.Tensor_Tensor(Tensor self, Tensor exponent) -> Tensor")
        .pointwise(power)
        .inplace("Tensor")
        .out()
        .gradient_name("PowBackward1");
    ops.add("aten::pow.Tensor_Scalar(Tensor self, Scalar exponent) -> Tensor")
        .pointwise(power)
        .boxed(&call_power)
        .inplace("Scalar")
        .out()
        .gradient_name("PowBackward0");
    ops.add("aten::pow.Scalar(Scalar self, Tensor exponent) -> Tensor").pointwise(power).out();
    ops.add("aten::float_power.Tensor_Scalar(Tensor self, Scalar exponent) -> Tensor")
        .kernel([](const Tensor& self, Scalar exponent) {
            return recorded::call("aten::pow.Tensor_Scalar", recorded::to_dtype(self, DType::float64), exponent);
        })
        .differentiated_by_parts();
    ops.add("aten::float_power.Tensor_Tensor(Tensor self, Tensor exponent) -> Tensor")
        .kernel([](const Tensor& self, const Tensor& exponent) {
            return recorded::call("aten::pow.Tensor_Tensor", recorded::to_dtype(self, DType::float64), exponent);
        })
        .differentiated_by_parts();
}

void register_bitwise(Registry& ops) {
    auto bit_and = [](Expr a, Expr b) { return a & b; };
    auto bit_or = [](Expr a, Expr b) { return a | b; };
    auto bit_xor = [](Expr a, Expr b) { return a ^ b; };
    auto left = [](Expr a, Expr b) { return shift_left(a, b); };
    auto right = [](Expr a, Expr b) { return shift_right(a, b); };
    auto add_bitwise = [&](std::string_view name, auto body) {
        const std::string full = fmt::format("bitwise_{}", name);
        add_binary(ops, {full}, Outs::both_named, kIntegral, body);
        ops.add(fmt::format("aten::{}.Scalar_Tensor(Scalar self, Tensor other) -> Tensor", full))
            .pointwise(kIntegral, body)
            .out();
    };
    add_bitwise("and", bit_and);
    add_bitwise("or", bit_or);
    add_bitwise("xor", bit_xor);
    // Python's operator methods: the in-place form of __and__ is __iand__.
    auto add_operator = [&](std::string_view name, auto body) {
        for (std::string_view other : {"Tensor", "Scalar"}) {
            ops.add(fmt::format("aten::__{0}__.{1}(Tensor self, {1} other) -> Tensor", name, other))
                .pointwise(kIntegral, body);
            ops.add(fmt::format("aten::__i{0}__.{1}(Tensor(a!) self, {1} other) -> Tensor(a!)", name, other))
                .pointwise(kIntegral, body);
        }
    };
    add_operator("and", bit_and);
    add_operator("or", bit_or);
    add_operator("xor", bit_xor);
    add_operator("lshift", left);
    add_operator("rshift", right);
    auto add_shift = [&](std::string_view name, auto body) {
        ops.add(fmt::format("aten::{}.Tensor(Tensor self, Tensor other) -> Tensor", name))
            .pointwise(kIntegral, body)
            .inplace()
            .out("Tensor_out");
        ops.add(fmt::format("aten::{}.Tensor_Scalar(Tensor self, Scalar other) -> Tensor", name))
            .pointwise(kIntegral, body)
            .inplace()
            .out();
        ops.add(fmt::format("aten::{}.Scalar_Tensor(Scalar self, Tensor other) -> Tensor", name))
            .pointwise(kIntegral, body)
            .out();
    };
    add_shift("bitwise_left_shift", left);
    add_shift("bitwise_right_shift", right);
}

}  // namespace

void register_binary(Registry& ops) {
    add_with_alpha(ops, "add", Outs::both, kPromote, [](Expr a, Expr b, Expr alpha) { return a + b * alpha; });
    for (std::string_view name : {"sub", "subtract"})
        add_with_alpha(ops, name, name == "sub" ? Outs::both : Outs::tensor, kSubtraction,
                       [](Expr a, Expr b, Expr alpha) { return a - b * alpha; });
    add_with_alpha(
        ops, "rsub", Outs::both_named, kSubtraction, [](Expr a, Expr b, Expr alpha) { return b - a * alpha; }, false);
    add_binary(ops, {"mul"}, Outs::both, kPromote, [](Expr a, Expr b) { return a * b; });
    add_binary(ops, {"multiply"}, Outs::tensor, kPromote, [](Expr a, Expr b) { return a * b; });
    register_division(ops);
    register_powers(ops);
    register_bitwise(ops);
    add_binary(ops, {"copysign"}, Outs::both, kIntToFloat, [](Expr a, Expr b) { return copysign(a, b); });
    for (std::string_view name : {"atan2", "arctan2"})
        add_tensors_only(
            ops, name, kIntToFloat, [](Expr a, Expr b) { return atan2(a, b); }, true);
    add_tensors_only(
        ops, "maximum", kPromote, [](Expr a, Expr b) { return max(a, b); }, false);
    add_tensors_only(
        ops, "minimum", kPromote, [](Expr a, Expr b) { return min(a, b); }, false);
    add_tensors_only(
        ops, "fmax", kPromote, [](Expr a, Expr b) { return fmax(a, b); }, false);
    add_tensors_only(
        ops, "fmin", kPromote, [](Expr a, Expr b) { return fmin(a, b); }, false);
    add_tensors_only(
        ops, "hypot", kFloating, [](Expr a, Expr b) { return hypot(a, b); }, true);
    add_tensors_only(
        ops, "nextafter", kFloating, [](Expr a, Expr b) { return nextafter(a, b); }, true)
        .derivative("self", "torch.where(self == other, 0, grad)")
        .derivative("other", "torch.zeros_like(grad)");
    add_tensors_only(
        ops, "gcd", kIntegral, [](Expr a, Expr b) { return gcd(a, b); }, true);
    add_tensors_only(
        ops, "lcm", kIntegral, [](Expr a, Expr b) { return lcm(a, b); }, true);
    add_tensors_only(
        ops, "logaddexp", kIntToFloat,
        [](Expr a, Expr b) {
            const Expr larger = max(a, b);
            return where(is_inf(larger) && a == b, a, larger + log1p(exp(-abs(a - b))));
        },
        false);
    add_tensors_only(
        ops, "logaddexp2", kIntToFloat,
        [](Expr a, Expr b) {
            const Expr larger = max(a, b);
            return where(is_inf(larger) && a == b, a, larger + log2(1 + exp2(-abs(a - b))));
        },
        false);
    auto xlogy = [](Expr x, Expr y) { return where(is_nan(y), y, where(x == 0, 0, x * log(y))); };
    // At 0 it has the slope log(other), though its value there is not computed by it.
    constexpr std::string_view slope = "torch.xlogy(grad, other).masked_fill(((self == 0) & (other <= 0)) != 0, 0)";
    ops.add("aten::xlogy.Tensor(Tensor self, Tensor other) -> Tensor")
        .pointwise(kIntToFloat, xlogy)
        .inplace()
        .out("OutTensor")
        .derivative("self", slope);
    ops.add("aten::xlogy.Scalar_Other(Tensor self, Scalar other) -> Tensor")
        .pointwise(kIntToFloat, xlogy)
        .inplace()
        .out("OutScalar_Other")
        .derivative("self", slope);
    ops.add("aten::xlogy.Scalar_Self(Scalar self, Tensor other) -> Tensor")
        .pointwise(kIntToFloat, xlogy)
        .out("OutScalar_Self");
    auto scaled = [](Expr x, Expr e) { return x * exp2(e); };
    ops.add("aten::ldexp.Tensor(Tensor self, Tensor other) -> Tensor").pointwise(kIntToFloat, scaled).out("out");
    ops.add("aten::ldexp_(Tensor(a!) self, Tensor other) -> Tensor(a!)")
        .pointwise(kIntToFloat, scaled)
        .derivative("self", "grad * torch.exp2(other)")
        .derivative("other", "grad * torch.ldexp(self, other) * 0.6931471805599453");
    ops.add("aten::heaviside(Tensor self, Tensor values) -> Tensor")
        .pointwise([](Expr x, Expr values) { return where(x == 0, values, where(x > 0, 1, 0)); })
        .inplace()
        .out();
}

}  // namespace wick::jit
