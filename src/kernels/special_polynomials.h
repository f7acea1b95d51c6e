#pragma once
// Orthogonal polynomials of degree n (truncated to an integer; 0 where that is negative) at x, by their recurrences.

namespace wick::kernels::special {

// Chebyshev's of the four kinds, and the same of 2 x - 1.
double chebyshev_t(double x, double n);
double chebyshev_u(double x, double n);
double chebyshev_v(double x, double n);
double chebyshev_w(double x, double n);
double shifted_chebyshev_t(double x, double n);
double shifted_chebyshev_u(double x, double n);
double shifted_chebyshev_v(double x, double n);
double shifted_chebyshev_w(double x, double n);
// Hermite's, the physicists' and the probabilists'.
double hermite_h(double x, double n);
double hermite_he(double x, double n);
double laguerre_l(double x, double n);
double legendre_p(double x, double n);

}  // namespace wick::kernels::special
