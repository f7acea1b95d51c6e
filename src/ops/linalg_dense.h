#pragma once
// Dense linear algebra on row-major matrices of double (Golub & Van Loan, "Matrix Computations"): what inverse, solve,
// det and the norms stand on. Factors of triangles go block by block, whose products are kernels/gemm.h's; reflections
// and rotations are kernels/matrix_passes.h's. Cubic in the size.

#include <cstdint>
#include <vector>

namespace wick::jit::dense {

/// P A = L U of a[m, n] in place: L below the diagonal (its own is 1), U on and above it. LAPACK's way: step k
/// exchanged rows k and pivots[k] - 1, where k < min(m, n); without `pivot`, none. Returns 1 + the first zero pivot, or
/// 0.
int32_t factor_lu(double* a, int64_t m, int64_t n, int32_t* pivots, bool pivot);

/// Solves T X = B for B[n, columns] in place; of t[n, n] only the named triangle is read, and with `unit` not its
/// diagonal. Divides by zeros on the diagonal if there are any.
void solve_triangle(const double* t, int64_t n, bool upper, bool unit, double* b, int64_t columns);

/// P A = L U with partial pivoting.
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

/// A[m, n] = U diag(s) V^T; k = min(m, n); s falls. A is brought to two diagonals by reflections, and those to one by
/// QR steps with shifts (Demmel & Kahan 1990). All NaN when an element is not finite.
struct Svd {
    /// Without `vectors`, u and v stay empty.
    Svd(const double* a, int64_t m, int64_t n, bool vectors);
    int64_t m, n, k;
    bool converged = true;
    std::vector<double> u;  ///< [m, k]
    std::vector<double> s;  ///< [k]
    std::vector<double> v;  ///< [n, k]
};

/// Symmetric A[n, n] (its lower triangle, or the upper) = V diag(w) V^T; w rises; V[n, n] holds the eigenvectors in its
/// columns. By reflections to three diagonals, and QR steps with shifts. All NaN when an element is not finite.
struct Eigh {
    /// Without `vectors`, v stays empty.
    Eigh(const double* a, int64_t n, bool upper, bool vectors);
    bool converged = true;
    std::vector<double> w, v;
};

/// A[m, n] = Q R by Householder reflections: q[m, columns], r[columns, n] with columns = min(m, n), or m when
/// `complete`. The diagonal of R has the signs of LAPACK's.
struct Qr {
    Qr(const double* a, int64_t m, int64_t n, bool complete);
    int64_t columns;
    std::vector<double> q, r;
};

}  // namespace wick::jit::dense
