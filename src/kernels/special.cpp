#include "kernels/special.h"

#include <cmath>
#include <limits>
#include <numeric>

#include <wick/support/error.h>

// Not declared in strict ISO mode.
extern "C" double lgamma_r(double, int*);
extern "C" float lgammaf_r(float, int*);

namespace wick::kernels::special {
namespace {

double digamma_of(double x) {
    if (x == 0) return std::copysign(std::numeric_limits<double>::infinity(), -x);
    if (x < 0 && x == std::floor(x)) return std::numeric_limits<double>::quiet_NaN();
    // Reflection: psi(1 - x) - psi(x) = pi / tan(pi x).
    if (x < 0) return digamma_of(1 - x) - M_PI / std::tan(M_PI * (x - std::floor(x)));
    double result = 0;
    for (; x < 10; ++x) result -= 1 / x;
    // Asymptotic series in 1/x^2 with coefficients B_2k / 2k.
    const double inverse = 1 / (x * x);
    const double coefficients[] = {1. / 12, -1. / 120, 1. / 252, -1. / 240, 1. / 132, -691. / 32760, 1. / 12};
    double series = 0;
    for (int k = 6; k >= 0; --k) series = (series + coefficients[k]) * inverse;
    return result + std::log(x) - 0.5 / x - series;
}

double erfinv_of(double y) {
    if (std::abs(y) > 1 || std::isnan(y)) return std::numeric_limits<double>::quiet_NaN();
    if (std::abs(y) == 1) return std::copysign(std::numeric_limits<double>::infinity(), y);
    // Winitzki's closed form as a start, then Newton steps on erf (on erfc near the ends, where erf saturates).
    const double log_term = std::log1p(-y * y);
    const double a = 0.147;
    const double half = 2 / (M_PI * a) + log_term / 2;
    double x = std::copysign(std::sqrt(std::sqrt(half * half - log_term / a) - half), y);
    for (int step = 0; step < 4; ++step) {
        const double error = std::abs(y) < 0.5 ? std::erf(x) - y
                             : y > 0           ? (1 - y) - std::erfc(x)
                                               : std::erfc(-x) - (1 + y);
        const double slope = M_2_SQRTPI * std::exp(-x * x);
        if (slope == 0) break;
        // Halley's correction: the second derivative of erf is -2x times the first.
        const double newton = error / slope;
        x -= newton / (1 + x * newton);
    }
    return x;
}

[[noreturn]] void divided_by_zero() { throw OpError("ZeroDivisionError"); }

}  // namespace

float lgamma(float x) {
    int sign;
    return lgammaf_r(x, &sign);
}
double lgamma(double x) {
    int sign;
    return lgamma_r(x, &sign);
}
float digamma(float x) { return static_cast<float>(digamma_of(x)); }
double digamma(double x) { return digamma_of(x); }
float erfinv(float x) { return static_cast<float>(erfinv_of(x)); }
double erfinv(double x) { return erfinv_of(x); }

int64_t truncdiv(int64_t a, int64_t b) {
    if (b == 0) divided_by_zero();
    return b == -1 ? static_cast<int64_t>(uint64_t{0} - static_cast<uint64_t>(a)) : a / b;
}
int64_t fmod(int64_t a, int64_t b) {
    if (b == 0) divided_by_zero();
    return b == -1 ? 0 : a % b;
}
int64_t floordiv(int64_t a, int64_t b) {
    const int64_t quotient = truncdiv(a, b);
    return fmod(a, b) != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}
int64_t remainder(int64_t a, int64_t b) {
    const int64_t mod = fmod(a, b);
    return mod != 0 && (mod < 0) != (b < 0) ? mod + b : mod;
}
int64_t ipow(int64_t base, int64_t exponent) {
    if (exponent < 0) return base == 1 ? 1 : base == -1 ? (exponent % 2 ? -1 : 1) : 0;
    uint64_t result = 1;
    for (uint64_t square = static_cast<uint64_t>(base); exponent; exponent >>= 1, square *= square)
        if (exponent & 1) result *= square;
    return static_cast<int64_t>(result);
}
int64_t gcd(int64_t a, int64_t b) {
    while (b != 0) {
        const int64_t next = fmod(a, b);
        a = b;
        b = next;
    }
    return a < 0 ? static_cast<int64_t>(uint64_t{0} - static_cast<uint64_t>(a)) : a;
}
int64_t lcm(int64_t a, int64_t b) {
    const int64_t divisor = gcd(a, b);
    if (divisor == 0) return 0;
    const uint64_t product = static_cast<uint64_t>(truncdiv(a, divisor)) * static_cast<uint64_t>(b);
    const int64_t result = static_cast<int64_t>(product);
    return result < 0 ? static_cast<int64_t>(uint64_t{0} - product) : result;
}

}  // namespace wick::kernels::special
