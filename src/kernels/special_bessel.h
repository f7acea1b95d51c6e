#pragma once
// Bessel and Airy functions of a real argument, to about double precision.

namespace wick::kernels::special {

// Modified, of the first kind; the `e` forms are multiplied with exp(-|x|).
double bessel_i0(double x);
double bessel_i0e(double x);
double bessel_i1(double x);
double bessel_i1e(double x);
// Modified, of the second kind: infinity at 0, NaN below. The scaled forms are multiplied with exp(x).
double bessel_k0(double x);
double bessel_k1(double x);
double scaled_bessel_k0(double x);
double scaled_bessel_k1(double x);
// Of the first and second kind; the latter -infinity at 0, NaN below.
double bessel_j0(double x);
double bessel_j1(double x);
double bessel_y0(double x);
double bessel_y1(double x);
/// sin(x) / x.
double spherical_bessel_j0(double x);
double airy_ai(double x);

}  // namespace wick::kernels::special
