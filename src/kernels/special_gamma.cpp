#include "kernels/special_gamma.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/special.h"

namespace wick::kernels::special {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kTiny = 1e-300;
constexpr int kMaxTerms = 100000;

/// x^a exp(-x) / gamma(a), without cancellation between large logarithms when a and x are alike.
double gamma_weight(double a, double x) {
    if (a < 20) return std::exp(a * std::log(x) - x - lgamma(a));
    // With x = a (1 + d): a (log(1 + d) - d) and Stirling's series for the rest.
    const double d = (x - a) / a;
    const double deviation = std::abs(d) < 0.5 ? std::log1p(d) - d : std::log(x / a) - d;
    const double inverse = 1 / (a * a);
    const double stirling = (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - inverse / 1680) * inverse) * inverse) / a;
    return std::exp(a * deviation - stirling) * std::sqrt(a / (2 * M_PI));
}

/// DLMF 8.7.1: best for x < a + 1.
double lower_series(double a, double x) {
    double term = 1 / a, sum = term;
    for (int k = 1; k < kMaxTerms && term > sum * 1e-17; ++k) {
        term *= x / (a + k);
        sum += term;
    }
    return sum * gamma_weight(a, x);
}

/// DLMF 8.9.2 by Lentz's method: best for x > a + 1.
double upper_fraction(double a, double x) {
    double b = x + 1 - a, c = 1 / kTiny, d = 1 / b, h = d;
    for (int i = 1; i < kMaxTerms; ++i) {
        const double an = -i * (i - a);
        b += 2;
        d = an * d + b;
        if (std::abs(d) < kTiny) d = kTiny;
        c = b + an / c;
        if (std::abs(c) < kTiny) c = kTiny;
        d = 1 / d;
        const double factor = d * c;
        h *= factor;
        if (std::abs(factor - 1) < 1e-16) break;
    }
    return h * gamma_weight(a, x);
}

}  // namespace

double zeta(double x, double q) {
    if (x == 1) return kInfinity;
    if (std::isnan(x) || std::isnan(q) || x < 1) return kNan;
    if (q <= 0) {
        if (q == std::floor(q)) return kInfinity;
        if (x != std::floor(x)) return kNan;
    }
    // Euler-Maclaurin: the first terms, the integral of the rest and its corrections B_2k / (2k)!.
    constexpr double kCorrections[] = {1.0 / 12,
                                       -1.0 / 720,
                                       1.0 / 30240,
                                       -1.0 / 1209600,
                                       1.0 / 47900160,
                                       -691.0 / 1307674368e3,
                                       1.0 / 74724249600.0,
                                       -3617.0 / 10670622842880000.0};
    double sum = 0;
    double at = q;
    for (int k = 0; k < 12 || at < 12; ++k, at += 1) {
        const double term = std::pow(at, -x);
        sum += term;
        if (at > 0 && term < sum * 1e-17) return sum;
        if (k > kMaxTerms) return kNan;
    }
    const double power = std::pow(at, -x);
    sum += power * at / (x - 1) + power / 2;
    double factor = x * power / at;
    for (int k = 0; k < 8; ++k) {
        sum += kCorrections[k] * factor;
        factor *= (x + 2 * k + 1) * (x + 2 * k + 2) / (at * at);
    }
    return sum;
}

double polygamma(int n, double x) {
    if (n == 0) return digamma(x);
    const double sign = n % 2 ? 1 : -1;
    return sign * std::exp(lgamma(n + 1.0)) * zeta(n + 1.0, x);
}

double gamma_lower(double a, double x) {
    if (std::isnan(a) || std::isnan(x) || a < 0 || x < 0) return kNan;
    if (a == 0) return x > 0 ? 1 : kNan;
    if (x == 0) return 0;
    if (std::isinf(a)) return std::isinf(x) ? kNan : 0;
    if (std::isinf(x)) return 1;
    return x < a + 1 ? lower_series(a, x) : 1 - upper_fraction(a, x);
}

double gamma_upper(double a, double x) {
    if (std::isnan(a) || std::isnan(x) || a < 0 || x < 0) return kNan;
    if (a == 0) return x > 0 ? 0 : kNan;
    if (x == 0) return 1;
    if (std::isinf(a)) return std::isinf(x) ? kNan : 1;
    if (std::isinf(x)) return 0;
    return x < a + 1 ? 1 - lower_series(a, x) : upper_fraction(a, x);
}

double erfcx(double x) {
    if (x < 6) return std::exp(x * x) * std::erfc(x);
    // Laplace's continued fraction, from the inside out.
    double tail = 0;
    for (int k = 60; k > 0; --k) tail = k / 2.0 / (x + tail);
    return M_2_SQRTPI / 2 / (x + tail);
}

double log_ndtr(double x) {
    const double t = x * M_SQRT1_2;
    if (x < -1) return std::log(erfcx(-t) / 2) - t * t;
    return std::log1p(-std::erfc(t) / 2);
}

double ndtri(double p) {
    if (!(p >= 0 && p <= 1)) return kNan;
    if (p == 0 || p == 1) return p == 0 ? -kInfinity : kInfinity;
    if (p > 0.5) return -ndtri(1 - p);
    // From the leading term of the tail, Newton steps on the logarithm of the distribution function.
    double x = p > 0.1 ? (p - 0.5) * std::sqrt(2 * M_PI) : -std::sqrt(-2 * std::log(p));
    const double target = std::log(p);
    for (int i = 0; i < 30; ++i) {
        const double value = log_ndtr(x);
        const double slope = std::exp(-x * x / 2 - value) / std::sqrt(2 * M_PI);
        const double step = (value - target) / slope;
        x -= step;
        if (std::abs(step) <= 1e-16 * std::abs(x)) break;
    }
    return x;
}

}  // namespace wick::kernels::special
