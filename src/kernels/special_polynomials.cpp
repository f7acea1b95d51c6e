#include "kernels/special_polynomials.h"

#include <cmath>
#include <cstdint>
#include <limits>

namespace wick::kernels::special {
namespace {

/// Degrees beyond this are NaN, so that no argument keeps a processor busy for long.
constexpr double kLargestDegree = 1e6;

/// p0 = 1, p1 given, p(k+1) = next(k, p(k), p(k-1)).
template <class F>
double recur(double degree, double p1, F&& next) {
    if (degree <= -1) return 0;
    if (!(degree <= kLargestDegree)) return std::numeric_limits<double>::quiet_NaN();
    const int64_t n = static_cast<int64_t>(degree);  // towards zero
    if (n == 0) return 1;
    double before = 1, now = p1;
    for (int64_t k = 1; k < n && !std::isnan(now); ++k) {
        const double after = next(static_cast<double>(k), now, before);
        before = now;
        now = after;
    }
    return now;
}

double chebyshev(double x, double n, double p1) {
    return recur(n, p1, [x](double, double now, double before) { return 2 * x * now - before; });
}

}  // namespace

double chebyshev_t(double x, double n) { return chebyshev(x, n, x); }
double chebyshev_u(double x, double n) { return chebyshev(x, n, 2 * x); }
double chebyshev_v(double x, double n) { return chebyshev(x, n, 2 * x - 1); }
double chebyshev_w(double x, double n) { return chebyshev(x, n, 2 * x + 1); }
double shifted_chebyshev_t(double x, double n) { return chebyshev_t(2 * x - 1, n); }
double shifted_chebyshev_u(double x, double n) { return chebyshev_u(2 * x - 1, n); }
double shifted_chebyshev_v(double x, double n) { return chebyshev_v(2 * x - 1, n); }
double shifted_chebyshev_w(double x, double n) { return chebyshev_w(2 * x - 1, n); }
double hermite_h(double x, double n) {
    return recur(n, 2 * x, [x](double k, double now, double before) { return 2 * x * now - 2 * k * before; });
}
double hermite_he(double x, double n) {
    return recur(n, x, [x](double k, double now, double before) { return x * now - k * before; });
}
double laguerre_l(double x, double n) {
    return recur(n, 1 - x,
                 [x](double k, double now, double before) { return ((2 * k + 1 - x) * now - k * before) / (k + 1); });
}
double legendre_p(double x, double n) {
    return recur(n, x,
                 [x](double k, double now, double before) { return ((2 * k + 1) * x * now - k * before) / (k + 1); });
}

}  // namespace wick::kernels::special
