#pragma once
// Eigenvalues of general matrices in plain textbook form (Golub & Van Loan, "Matrix Computations", 7.4-7.6): reduction
// to Hessenberg form by reflections, the QR iteration with Wilkinson's shifts, vectors by back substitution.
// Single-threaded; cubic in the size.

#include <complex>
#include <cstdint>
#include <vector>

namespace wick::jit::dense {

using Complex = std::complex<double>;

/// A[n, n] v = w v, in the order in which the iteration finds them. Vectors are the columns of v[n, n], of length 1,
/// their largest component real and positive. Of a real matrix (`is_real`) complex values come in pairs of exact
/// conjugates, that with the positive imaginary part first, and real ones have real vectors.
struct Eig {
    Eig(const Complex* a, int64_t n, bool is_real);
    bool converged = true;  ///< the rest is unusable otherwise
    std::vector<Complex> w, v;
};

/// The inverse of A[n, n], by elimination with pivots; what a pivot of zero makes of it.
std::vector<Complex> inverse(const Complex* a, int64_t n);

}  // namespace wick::jit::dense

namespace wick::jit {

class Registry;

/// linalg.eig and its like, in the family of linalg_solve. (ops/linalg_eigenvalues.cpp)
void register_eigenvalues(Registry& ops);

}  // namespace wick::jit
