#pragma once
// The gamma family, zeta and the normal distribution's functions of real arguments, to about double precision.

namespace wick::kernels::special {

/// Hurwitz: sum over k >= 0 of (q + k)^-x. Infinite at x = 1; NaN below, and where a term is not real.
double zeta(double x, double q);
/// The n-th derivative of digamma, n >= 0.
double polygamma(int n, double x);
/// Regularised incomplete gamma functions: the part of the integral up to x, and the rest. NaN outside a >= 0, x >= 0.
double gamma_lower(double a, double x);
double gamma_upper(double a, double x);
/// exp(x^2) erfc(x).
double erfcx(double x);
/// Logarithm of the normal distribution function, and the inverse of that function.
double log_ndtr(double x);
double ndtri(double p);

}  // namespace wick::kernels::special
