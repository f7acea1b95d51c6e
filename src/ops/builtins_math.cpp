// The functions of Python's math and cmath modules on numbers.

#include <cmath>
#include <numbers>
#include <numeric>

#include "ops/builtins.h"
#include "ops/families.h"

namespace wick::jit {
namespace {

constexpr std::string_view kAll = "int float complex Scalar";
constexpr std::string_view kReal = "int float Scalar";
constexpr std::string_view kPairs = "int float int_float float_int";

/// Halves go to the even neighbour.
double round_half_even(double a) { return a - std::floor(a) == 0.5 ? std::round(a * 0.5) * 2.0 : std::round(a); }

int64_t to_int(double a) {
    WICK_CHECK(!std::isnan(a), "cannot convert float NaN to integer");
    WICK_CHECK(std::abs(a) < 0x1p63, "cannot convert float {} to integer", a);
    return static_cast<int64_t>(a);
}

double degrees(double a) { return a * 180.0 / std::numbers::pi; }
double radians(double a) { return a * std::numbers::pi / 180.0; }

int64_t factorial(int64_t n) {
    WICK_CHECK(n >= 0, "factorial() not defined for negative values");
    uint64_t product = 1;
    // Beyond 66 every product is 0 modulo 2^64.
    for (int64_t i = 2; i <= n && product != 0; ++i) product *= static_cast<uint64_t>(i);
    return static_cast<int64_t>(product);
}

int64_t gcd(int64_t a, int64_t b) {
    const auto magnitude = [](int64_t x) { return x < 0 ? 0 - static_cast<uint64_t>(x) : static_cast<uint64_t>(x); };
    return static_cast<int64_t>(std::gcd(magnitude(a), magnitude(b)));
}

/// std::polar is defined for magnitudes >= 0 only.
Complex polar(double magnitude, double angle) { return {magnitude * std::cos(angle), magnitude * std::sin(angle)}; }

}  // namespace

void register_builtins_math(Registry& ops) {
// One row per function: name, overloads, a body on any number x.
#define WICK_MATH(name, overloads, concept_, expression) \
    add_unary(ops, "aten::" #name, overloads, []<concept_ T>(T x) { return expression; });
    WICK_MATH(exp, kAll, Number, std::exp(x))
    WICK_MATH(log, kAll, Number, std::log(x))
    WICK_MATH(log10, kAll, Number, std::log10(x))
    WICK_MATH(sqrt, kAll, Number, std::sqrt(x))
    WICK_MATH(sin, kAll, Number, std::sin(x))
    WICK_MATH(cos, kAll, Number, std::cos(x))
    WICK_MATH(tan, kAll, Number, std::tan(x))
    WICK_MATH(asin, kAll, Number, std::asin(x))
    WICK_MATH(acos, kAll, Number, std::acos(x))
    WICK_MATH(atan, kAll, Number, std::atan(x))
    WICK_MATH(sinh, kAll, Number, std::sinh(x))
    WICK_MATH(cosh, kAll, Number, std::cosh(x))
    WICK_MATH(tanh, kAll, Number, std::tanh(x))
    WICK_MATH(asinh, kAll, Number, std::asinh(x))
    WICK_MATH(acosh, kAll, Number, std::acosh(x))
    WICK_MATH(atanh, kAll, Number, std::atanh(x))
    WICK_MATH(angle, kAll, Number, std::arg(x))
    WICK_MATH(log1p, kReal, Real, std::log1p(x))
    WICK_MATH(expm1, kReal, Real, std::expm1(x))
    WICK_MATH(erf, kReal, Real, std::erf(x))
    WICK_MATH(erfc, kReal, Real, std::erfc(x))
    WICK_MATH(gamma, kReal, Real, std::tgamma(x))
    WICK_MATH(lgamma, kReal, Real, std::lgamma(x))
    WICK_MATH(fabs, kReal, Real, std::fabs(x))
    WICK_MATH(degrees, kReal, Real, degrees(static_cast<double>(x)))
    WICK_MATH(radians, kReal, Real, radians(static_cast<double>(x)))
    WICK_MATH(round, kReal, Real, round_half_even(static_cast<double>(x)))
    WICK_MATH(isnan, "float complex", Floating, std::isnan(std::real(x)) || std::isnan(std::imag(x)))
    WICK_MATH(isinf, "float complex", Floating, std::isinf(std::real(x)) || std::isinf(std::imag(x)))
    WICK_MATH(isfinite, "float complex", Floating, std::isfinite(std::real(x)) && std::isfinite(std::imag(x)))
#undef WICK_MATH
    add_unary(ops, "aten::floor", kReal, []<Real T>(T x) -> int64_t {
        if constexpr (std::is_same_v<T, double>)
            return to_int(std::floor(x));
        else
            return x;
    });
    add_unary(ops, "aten::ceil", kReal, []<Real T>(T x) -> int64_t {
        if constexpr (std::is_same_v<T, double>)
            return to_int(std::ceil(x));
        else
            return x;
    });

    add_binary(ops, "aten::log",
               "int_int float_float complex_complex int_float float_int int_complex complex_int float_complex "
               "complex_float Scalar_Scalar",
               []<Number T>(T a, T b) { return std::log(a) / std::log(b); });
    const auto add_real = [&](std::string_view name, std::string_view scalar, auto f) {
        add_binary(ops, name, kPairs, f);
        add_binary(ops, name, scalar, f);
    };
    add_real("aten::atan2", "Scalar_Scalar", []<Real T>(T a, T b) { return std::atan2(a, b); });
    add_real("aten::fmod", "Scalar", []<Real T>(T a, T b) {
        if (b == 0 && std::is_same_v<T, int64_t>) throw OpError("math domain error");
        return std::fmod(a, b);
    });
    add_real("aten::mathremainder", "Scalar", []<Real T>(T a, T b) { return std::remainder(a, b); });
    add_real("aten::copysign", "Scalar", []<Real T>(T a, T b) { return std::copysign(a, b); });
    add_real("aten::polar", "Scalar_Scalar",
             []<Real T>(T a, T b) { return polar(static_cast<double>(a), static_cast<double>(b)); });

    ops.add("aten::gcd.int(int a, int b) -> int").kernel(&gcd);
    ops.add("aten::factorial.int(int a) -> int").kernel(&factorial);
    ops.add("aten::modf(float a) -> (float, float)").kernel([](double a) {
        double whole;
        const double fraction = std::modf(a, &whole);
        return std::tuple(fraction, whole);
    });
    ops.add("aten::frexp(float a) -> (float, int)").kernel([](double a) {
        int exponent;
        const double mantissa = std::frexp(a, &exponent);
        return std::tuple(mantissa, static_cast<int64_t>(exponent));
    });
    ops.add("aten::ldexp(float x, int i) -> float").kernel([](double x, int64_t i) {
        return std::ldexp(x, static_cast<int>(std::clamp<int64_t>(i, -10000, 10000)));
    });
}

}  // namespace wick::jit
