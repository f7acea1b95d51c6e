// Arithmetic, comparison and bit operators of int, float, complex, bool and Scalar.

#include <algorithm>

#include "ops/builtins.h"
#include "ops/families.h"
#include "ops/registry.h"

namespace wick::jit {
namespace {

using namespace arithmetic;

constexpr std::string_view kArithmetic =
    "int complex float int_complex complex_int float_complex complex_float int_float float_int Scalar";
constexpr std::string_view kReal = "int float int_float float_int Scalar";

template <class T>
std::tuple<T, T> div_mod(T a, T b) {
    if (b == 0)
        throw OpError(std::is_same_v<T, int64_t> ? "ZeroDivisionError: integer division or modulo by zero"
                                                 : "ZeroDivisionError: float divmod()");
    return {FloorDiv()(a, b), Remainder()(a, b)};
}

void register_comparisons(Registry& ops) {
    constexpr std::string_view kEquality =
        "bool int complex float int_float float_int float_complex complex_float Scalar";
    add_binary(ops, "aten::eq", kEquality, Eq());
    add_binary(ops, "aten::ne", kEquality, Ne());
    add_binary(ops, "aten::lt", kReal, Lt());
    add_binary(ops, "aten::gt", kReal, Gt());
    add_binary(ops, "aten::le", kReal, Le());
    add_binary(ops, "aten::ge", kReal, Ge());

    ops.add("aten::lt.str(str a, str b) -> bool").kernel([](std::string_view a, std::string_view b) {
        return Lt()(a, b);
    });
    ops.add("aten::gt.str(str a, str b) -> bool").kernel([](std::string_view a, std::string_view b) {
        return Gt()(a, b);
    });
    ops.add("aten::le.str(str a, str b) -> bool").kernel([](std::string_view a, std::string_view b) {
        return Le()(a, b);
    });
    ops.add("aten::ge.str(str a, str b) -> bool").kernel([](std::string_view a, std::string_view b) {
        return Ge()(a, b);
    });
    for (const char* type : {"Device", "AnyEnumType"}) {
        const char* overload = *type == 'D' ? "device" : "enum";
        ops.add(fmt::format("aten::eq.{}({} a, {} b) -> bool", overload, type, type))
            .kernel([](const IValue& a, const IValue& b) { return a.equals(b); });
        ops.add(fmt::format("aten::ne.{}({} a, {} b) -> bool", overload, type, type))
            .kernel([](const IValue& a, const IValue& b) { return !a.equals(b); });
    }
    ops.add("aten::eq.str(str a, str b) -> bool").kernel([](std::string_view a, std::string_view b) {
        return Eq()(a, b);
    });
    ops.add("aten::ne.str(str a, str b) -> bool").kernel([](std::string_view a, std::string_view b) {
        return Ne()(a, b);
    });

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
    ops.add("aten::__and__.int(int a, int b) -> int").kernel([](int64_t a, int64_t b) { return And()(a, b); });
    ops.add("aten::__or__.int(int a, int b) -> int").kernel([](int64_t a, int64_t b) { return Or()(a, b); });
    ops.add("aten::__xor__.int(int a, int b) -> int").kernel([](int64_t a, int64_t b) { return Xor()(a, b); });
    ops.add("aten::__lshift__.int(int a, int b) -> int").kernel([](int64_t a, int64_t by) {
        return ShiftLeft()(a, by);
    });
    ops.add("aten::__rshift__.int(int a, int b) -> int").kernel([](int64_t a, int64_t by) {
        return ShiftRight()(a, by);
    });
}

}  // namespace

void register_builtins_number(Registry& ops) {
    register_comparisons(ops);
    register_bits(ops);

    add_binary(ops, "aten::add", kArithmetic, Add());
    add_binary(ops, "aten::sub", kArithmetic, Sub());
    add_binary(ops, "aten::mul", kArithmetic, Mul());
    add_binary(ops, "aten::div", "int complex float Scalar", Div());
    add_binary(ops, "aten::floordiv", kReal, FloorDiv());
    ops.add("aten::__round_to_zero_floordiv.int(int a, int b) -> int").kernel([](int64_t a, int64_t b) {
        check_divisor(b);
        return b == -1 ? wrapping(0, a, std::minus<>()) : a / b;
    });
    add_binary(ops, "aten::remainder", kReal, Remainder());
    add_binary(ops, "aten::pow", "int complex float int_float float_int float_complex complex_float Scalar_Scalar",
               Pow());
    ops.add("aten::pow.int_to_int(int a, int b) -> int").kernel([](int64_t a, int64_t b) {
        return Scalar(std::pow(static_cast<double>(a), static_cast<double>(b))).to_int();
    });
    add_unary(ops, "aten::neg", "int float complex Scalar", Neg());

    ops.add("aten::divmod.int(int x, int y) -> (int, int)").kernel(&div_mod<int64_t>);
    for (const char* types : {"float(float x, float y)", "int_float(int x, float y)", "float_int(float x, int y)"})
        ops.add(fmt::format("aten::divmod.{} -> (float, float)", types)).kernel(&div_mod<double>);

    add_binary(ops, "prim::max", kReal, Max());
    add_binary(ops, "prim::min", kReal, Min());
    ops.add("prim::abs(Tensor x) -> Tensor").kernel([](const Tensor& x) {
        return call_operator("aten::abs", {x}).to_tensor();
    });
    add_unary(ops, "prim::abs", "int float complex Scalar", Abs());
}

}  // namespace wick::jit
