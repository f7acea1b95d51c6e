// Arithmetic, comparison and bit operators of int, float, complex, bool and Scalar.

#include <algorithm>

#include "ops/builtins.h"
#include "ops/families.h"

namespace wick::jit {
namespace {

constexpr std::string_view kArithmetic =
    "int complex float int_complex complex_int float_complex complex_float int_float float_int Scalar";
constexpr std::string_view kReal = "int float int_float float_int Scalar";

/// Integer arithmetic wraps around, as in PyTorch.
template <class F>
int64_t wrapping(int64_t a, int64_t b, F f) {
    return static_cast<int64_t>(f(static_cast<uint64_t>(a), static_cast<uint64_t>(b)));
}

void check_divisor(int64_t b) {
    if (b == 0) throw OpError("division by 0");
}

/// Rounds towards minus infinity.
int64_t floor_div(int64_t a, int64_t b) {
    check_divisor(b);
    if (b == -1) return wrapping(0, a, std::minus<>());
    const int64_t quotient = a / b;
    return (a % b != 0 && (a < 0) != (b < 0)) ? quotient - 1 : quotient;
}
double floor_div(double a, double b) { return std::floor(a / b); }

/// Has the divisor's sign, zero too.
int64_t remainder_of(int64_t a, int64_t b) {
    check_divisor(b);
    if (b == -1) return 0;
    const int64_t r = a % b;
    return (r != 0 && (r < 0) != (b < 0)) ? r + b : r;
}
double remainder_of(double a, double b) {
    const double r = std::fmod(a, b);
    if (r == 0) return std::copysign(0.0, b);
    return (r < 0) != (b < 0) ? r + b : r;
}

int64_t shift_left(int64_t a, int64_t by) {
    WICK_CHECK(by >= 0, "negative shift count");
    return by >= 64 ? 0 : static_cast<int64_t>(static_cast<uint64_t>(a) << by);
}
int64_t shift_right(int64_t a, int64_t by) {
    WICK_CHECK(by >= 0, "negative shift count");
    return a >> std::min<int64_t>(by, 63);
}

template <class T>
std::tuple<T, T> div_mod(T a, T b) {
    if (b == 0)
        throw OpError(std::is_same_v<T, int64_t> ? "ZeroDivisionError: integer division or modulo by zero"
                                                 : "ZeroDivisionError: float divmod()");
    return {floor_div(a, b), remainder_of(a, b)};
}

void register_comparisons(Registry& ops) {
    constexpr std::string_view kEquality =
        "bool int complex float int_float float_int float_complex complex_float Scalar";
    add_binary(ops, "aten::eq", kEquality, [](auto a, auto b) { return a == b; });
    add_binary(ops, "aten::ne", kEquality, [](auto a, auto b) { return a != b; });
    add_binary(ops, "aten::lt", kReal, [](Real auto a, Real auto b) { return a < b; });
    add_binary(ops, "aten::gt", kReal, [](Real auto a, Real auto b) { return a > b; });
    add_binary(ops, "aten::le", kReal, [](Real auto a, Real auto b) { return a <= b; });
    add_binary(ops, "aten::ge", kReal, [](Real auto a, Real auto b) { return a >= b; });

    ops.add("aten::lt.str(str a, str b) -> bool").kernel([](std::string_view a, std::string_view b) { return a < b; });
    ops.add("aten::gt.str(str a, str b) -> bool").kernel([](std::string_view a, std::string_view b) { return a > b; });
    ops.add("aten::le.str(str a, str b) -> bool").kernel([](std::string_view a, std::string_view b) { return a <= b; });
    ops.add("aten::ge.str(str a, str b) -> bool").kernel([](std::string_view a, std::string_view b) { return a >= b; });
    for (const char* type : {"Device", "AnyEnumType", "str"}) {
        const char* overload = *type == 'D' ? "device" : *type == 'A' ? "enum" : "str";
        ops.add(fmt::format("aten::eq.{}({} a, {} b) -> bool", overload, type, type))
            .kernel([](const IValue& a, const IValue& b) { return a.equals(b); });
        ops.add(fmt::format("aten::ne.{}({} a, {} b) -> bool", overload, type, type))
            .kernel([](const IValue& a, const IValue& b) { return !a.equals(b); });
    }

    ops.add("aten::__is__(t1 self, t2 obj) -> bool").kernel([](const IValue& a, const IValue& b) {
        return a.is_same(b);
    });
    ops.add("aten::__isnot__(t1 self, t2 obj) -> bool").kernel([](const IValue& a, const IValue& b) {
        return !a.is_same(b);
    });
    ops.add("aten::__not__(bool self) -> bool").kernel([](bool a) { return !a; });
}

void register_bits(Registry& ops) {
    ops.add("aten::__and__.bool(bool a, bool b) -> bool").kernel([](bool a, bool b) { return a && b; });
    ops.add("aten::__or__.bool(bool a, bool b) -> bool").kernel([](bool a, bool b) { return a || b; });
    ops.add("aten::__xor__.bool(bool a, bool b) -> bool").kernel([](bool a, bool b) { return a != b; });
    ops.add("aten::__and__.int(int a, int b) -> int").kernel([](int64_t a, int64_t b) { return a & b; });
    ops.add("aten::__or__.int(int a, int b) -> int").kernel([](int64_t a, int64_t b) { return a | b; });
    ops.add("aten::__xor__.int(int a, int b) -> int").kernel([](int64_t a, int64_t b) { return a ^ b; });
    ops.add("aten::__lshift__.int(int a, int b) -> int").kernel(&shift_left);
    ops.add("aten::__rshift__.int(int a, int b) -> int").kernel(&shift_right);
}

}  // namespace

void register_builtins_number(Registry& ops) {
    register_comparisons(ops);
    register_bits(ops);

    add_binary(ops, "aten::add", kArithmetic, []<Number T>(T a, T b) -> T {
        if constexpr (std::is_same_v<T, int64_t>)
            return wrapping(a, b, std::plus<>());
        else
            return a + b;
    });
    add_binary(ops, "aten::sub", kArithmetic, []<Number T>(T a, T b) -> T {
        if constexpr (std::is_same_v<T, int64_t>)
            return wrapping(a, b, std::minus<>());
        else
            return a - b;
    });
    add_binary(ops, "aten::mul", kArithmetic, []<Number T>(T a, T b) -> T {
        if constexpr (std::is_same_v<T, int64_t>)
            return wrapping(a, b, std::multiplies<>());
        else
            return a * b;
    });
    add_binary(ops, "aten::div", "int complex float Scalar", []<Number T>(T a, T b) {
        using R = Common<T, double>;
        return static_cast<R>(a) / static_cast<R>(b);
    });
    add_binary(ops, "aten::floordiv", kReal, []<Real T>(T a, T b) { return floor_div(a, b); });
    ops.add("aten::__round_to_zero_floordiv.int(int a, int b) -> int").kernel([](int64_t a, int64_t b) {
        check_divisor(b);
        return b == -1 ? wrapping(0, a, std::minus<>()) : a / b;
    });
    add_binary(ops, "aten::remainder", kReal, []<Real T>(T a, T b) { return remainder_of(a, b); });
    add_binary(ops, "aten::pow", "int complex float int_float float_int float_complex complex_float Scalar_Scalar",
               []<Number T>(T a, T b) {
                   using R = Common<T, double>;
                   return std::pow(static_cast<R>(a), static_cast<R>(b));
               });
    ops.add("aten::pow.int_to_int(int a, int b) -> int").kernel([](int64_t a, int64_t b) {
        return Scalar(std::pow(static_cast<double>(a), static_cast<double>(b))).to_int();
    });
    add_unary(ops, "aten::neg", "int float complex Scalar", []<Number T>(T a) -> T {
        if constexpr (std::is_same_v<T, int64_t>)
            return wrapping(0, a, std::minus<>());
        else
            return -a;
    });

    ops.add("aten::divmod.int(int x, int y) -> (int, int)").kernel(&div_mod<int64_t>);
    for (const char* types : {"float(float x, float y)", "int_float(int x, float y)", "float_int(float x, int y)"})
        ops.add(fmt::format("aten::divmod.{} -> (float, float)", types)).kernel(&div_mod<double>);

    add_binary(ops, "prim::max", kReal, []<Real T>(T a, T b) { return a > b ? a : b; });
    add_binary(ops, "prim::min", kReal, []<Real T>(T a, T b) { return a < b ? a : b; });
    add_unary(ops, "prim::abs", "int float complex Scalar", []<Number T>(T a) {
        if constexpr (std::is_same_v<T, int64_t>)
            return a < 0 ? wrapping(0, a, std::minus<>()) : a;
        else
            return std::abs(a);
    });
}

}  // namespace wick::jit
