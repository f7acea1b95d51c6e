#pragma once
// What decompositions of matrices spend their time with: passes over rows of doubles. Run-time dispatch over
// instruction sets; single-threaded.
//
// Vectors may be read, and rows written, up to kOverhang elements past their end. What lies there must be zero, and
// stays it.

#include <cstdint>

namespace wick::kernels {

inline constexpr int64_t kOverhang = 8;

/// row -= factor * (row . u) * u, for `rows` rows of n elements: reflections of rows, or of a transposed matrix's
/// columns.
void reflect_rows(double* a, int64_t stride, int64_t rows, int64_t n, const double* u, double factor);

/// Turns rows i and i + 1 by (c[i], s[i]) for i = 0 … count - 1 in turn:
/// (x, y) becomes (c x + s y, c y - s x).
void rotate_rows(double* a, int64_t stride, int64_t n, int64_t count, const double* c, const double* s);

/// Both reflections of a step of bidiagonalisation. Of every row, with f the element before it:
/// row -= f * w; row -= (row . v) * v; sums += row[0] * row.
void bidiagonal_pass(double* a, int64_t stride, int64_t rows, int64_t n, const double* w, const double* v,
                     double* sums);

/// The two-sided reflection of a step of tridiagonalisation, and the product that the next step needs. Of every row i:
/// row -= v[i] * w + w[i] * v; product[i] = row . u.
void symmetric_pass(double* a, int64_t stride, int64_t n, const double* v, const double* w, const double* u,
                    double* product);

// These read and write nothing but the elements named.

/// to[n] -= sum over i < count of f[i] * (row i of a).
void subtract_rows(double* to, int64_t n, const double* f, const double* a, int64_t stride, int64_t count);

/// to[i * stride] -= (row i of a) . u, for `rows` rows of n elements; `to` is no part of them.
void subtract_dots(double* to, const double* a, int64_t stride, int64_t rows, const double* u, int64_t n);

}  // namespace wick::kernels
