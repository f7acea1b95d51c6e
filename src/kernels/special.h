#pragma once
// Functions of one value that the C library lacks, and integer arithmetic with PyTorch's meaning.

#include <cstdint>

namespace wick::kernels::special {

/// The C library's without its global sign variable (thread safe).
float lgamma(float x);
double lgamma(double x);
/// Derivative of lgamma; NaN at the negative integers, ±infinity at ±0.
float digamma(float x);
double digamma(double x);
/// Inverse of erf; ±infinity at ±1, NaN outside.
float erfinv(float x);
double erfinv(double x);

// Division by zero throws OpError "ZeroDivisionError"; INT64_MIN / -1 wraps.
int64_t truncdiv(int64_t a, int64_t b);
int64_t floordiv(int64_t a, int64_t b);
/// Sign of the divisor.
int64_t remainder(int64_t a, int64_t b);
/// Sign of the dividend.
int64_t fmod(int64_t a, int64_t b);
/// Wrapping power; a negative exponent gives what truncation of the real power gives.
int64_t ipow(int64_t base, int64_t exponent);
int64_t gcd(int64_t a, int64_t b);
int64_t lcm(int64_t a, int64_t b);

}  // namespace wick::kernels::special
