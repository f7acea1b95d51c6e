#include "kernels/special_bessel.h"

#include <cmath>
#include <limits>

// Not declared in strict ISO mode.
extern "C" double j0(double);
extern "C" double j1(double);
extern "C" double y0(double);
extern "C" double y1(double);

namespace wick::kernels::special {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// exp(-x) I_order(x) for x >= 0: the power series, whose terms are all positive, and Hankel's expansion (DLMF 10.40.1)
/// where its smallest term is below rounding.
double scaled_i(int order, double x) {
    if (x < 20) {
        const double quarter = x * x / 4;
        double term = order == 0 ? 1 : x / 2, sum = term;
        for (int k = 1; term > sum * 1e-17; ++k) {
            term *= quarter / (k * static_cast<double>(k + order));
            sum += term;
        }
        return std::exp(-x) * sum;
    }
    if (std::isinf(x)) return 0;
    const double mu = 4.0 * order * order;
    double term = 1, sum = 1;
    for (int k = 1; k < 30; ++k) {
        const double odd = 2 * k - 1;
        term *= -(mu - odd * odd) / (k * 8 * x);
        sum += term;
    }
    return sum / std::sqrt(2 * M_PI * x);
}

/// exp(x) K_order(x) for x > 0: the integral of exp(-x (cosh t - 1)) cosh(order t) by the trapezoidal rule, which
/// converges exponentially for an integrand that falls off doubly exponentially.
double scaled_k(double order, double x) {
    if (std::isnan(x) || x < 0) return kNan;
    if (x == 0) return kInfinity;
    const double step = 1.0 / 32;
    double sum = 0.5;
    for (int i = 1;; ++i) {
        const double t = i * step, half = std::sinh(t / 2);
        const double term = std::exp(-2 * x * half * half) * std::cosh(order * t);
        sum += term;
        if (term < sum * 1e-18 || t > 800) break;
    }
    return sum * step;
}

}  // namespace

double bessel_i0e(double x) { return std::isnan(x) ? x : scaled_i(0, std::abs(x)); }
double bessel_i1e(double x) { return std::isnan(x) ? x : std::copysign(scaled_i(1, std::abs(x)), x); }
double bessel_i0(double x) {
    // In two factors, so that only a result out of range overflows.
    const double half = std::exp(std::abs(x) / 2);
    return std::isinf(half) ? half : bessel_i0e(x) * half * half;
}
double bessel_i1(double x) {
    const double half = std::exp(std::abs(x) / 2);
    return std::isinf(half) ? std::copysign(half, x) : bessel_i1e(x) * half * half;
}
double scaled_bessel_k0(double x) { return scaled_k(0, x); }
double scaled_bessel_k1(double x) { return scaled_k(1, x); }
double bessel_k0(double x) { return std::exp(-x) * scaled_k(0, x); }
double bessel_k1(double x) { return std::exp(-x) * scaled_k(1, x); }
double bessel_j0(double x) { return ::j0(x); }
double bessel_j1(double x) { return ::j1(x); }
double bessel_y0(double x) { return x == 0 ? -kInfinity : x < 0 ? kNan : ::y0(x); }
double bessel_y1(double x) { return x == 0 ? -kInfinity : x < 0 ? kNan : ::y1(x); }
double spherical_bessel_j0(double x) {
    if (std::isinf(x)) return 0;
    return std::abs(x) < 1e-4 ? 1 - x * x / 6 : std::sin(x) / x;
}

double airy_ai(double x) {
    if (std::isnan(x)) return x;
    if (std::isinf(x)) return x > 0 ? 0 : kNan;
    // DLMF 9.6.2.
    const double zeta = 2.0 / 3 * std::pow(std::abs(x), 1.5), root = std::sqrt(std::sqrt(std::abs(x)));
    if (x > 1) return std::exp(-zeta) * scaled_k(1.0 / 3, zeta) * std::sqrt(x / 3) / M_PI;
    if (x > -1) {
        // Maclaurin: Ai(0) f(x) + Ai'(0) g(x).
        double f = 1, g = x, f_term = 1, g_term = x;
        for (int k = 3; k < 40; k += 3) {
            f_term *= x * x * x / (k * (k - 1.0));
            g_term *= x * x * x / (k * (k + 1.0));
            f += f_term;
            g += g_term;
        }
        return 0.35502805388781723926 * f - 0.25881940379280679841 * g;
    }
    // DLMF 9.6.6, its J of order -1/3 from Y (10.2.3), and the expansion 9.7.9 where its smallest term is below
    // rounding.
    if (x > -10)
        return std::sqrt(-x) *
               (std::cyl_bessel_j(1.0 / 3, zeta) / 2 - std::cyl_neumann(1.0 / 3, zeta) / (2 * std::sqrt(3.0)));
    double term = 1, even = 1, odd = 0;
    for (int k = 1; k < 40; ++k) {
        const double next = term * (6 * k - 5) * (6 * k - 3) * (6 * k - 1) / (216.0 * k * (2 * k - 1) * zeta);
        if (std::abs(next) > std::abs(term)) break;
        term = next;
        const double sign = k / 2 % 2 ? -1 : 1;
        (k % 2 ? odd : even) += sign * term;
    }
    return (std::cos(zeta - M_PI / 4) * even + std::sin(zeta - M_PI / 4) * odd) / (std::sqrt(M_PI) * root);
}

}  // namespace wick::kernels::special
