#pragma once
// Dense linear algebra on small row-major matrices of double, in plain textbook form (Golub & Van Loan, "Matrix
// Computations"): what inverse, solve, det and the norms stand on. Single-threaded; cubic in the size.

#include <cstdint>
#include <vector>

namespace wick::jit::dense {

/// P A = L U with partial pivoting, in place: L below the diagonal (its own is 1), U on and above it.
struct Lu {
    Lu(const double* a, int64_t n);
    int64_t n;
    std::vector<double> factors;
    std::vector<int64_t> rows;  ///< row i of P A is row rows[i] of A
    int sign = 1;               ///< of the permutation
    int64_t singular_at = -1;   ///< index of the first zero pivot, or -1

    double determinant() const;
    /// Solves A X = B for B[n, columns], in place. Divides by zero pivots if there are any.
    void solve(double* b, int64_t columns) const;
};

/// Lower L with A = L L^T, row-major; reads the lower triangle of A only. Returns 0, or k > 0 when the leading minor of
/// order k is not positive-definite (the result is then unusable).
int64_t cholesky(const double* a, int64_t n, double* l);

/// A[m, n] = U diag(s) V^T by one-sided Jacobi rotations; k = min(m, n); s falls.
struct Svd {
    Svd(const double* a, int64_t m, int64_t n);
    int64_t m, n, k;
    std::vector<double> u;  ///< [m, k]
    std::vector<double> s;  ///< [k]
    std::vector<double> v;  ///< [n, k]
};
/// Symmetric A[n, n] (its lower triangle) = V diag(w) V^T by cyclic Jacobi rotations; w rises; V[n, n] holds the
/// eigenvectors in its columns.
struct Eigh {
    Eigh(const double* a, int64_t n, bool upper);
    std::vector<double> w, v;
};

/// A[m, n] = Q R by Householder reflections: q[m, columns], r[columns, n] with columns = min(m, n), or m when
/// `complete`.
struct Qr {
    Qr(const double* a, int64_t m, int64_t n, bool complete);
    int64_t columns;
    std::vector<double> q, r;
};

}  // namespace wick::jit::dense
