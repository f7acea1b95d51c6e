// Inverses, systems, determinants and factorisations of batches of small matrices (torch.linalg), computed in double.
#include <algorithm>
#include <cmath>
#include <limits>

#include <wick/support/parallel.h>
#include <wick/support/stop_check.h>

#include "kernels/gemm.h"
#include "ops/families.h"
#include "ops/linalg_dense.h"
#include "ops/linalg_eig.h"
#include "ops/linalg_matrices.h"
#include "ops/linalg_product.h"
#include "ops/nn_common.h"
#include "ops/op_errors.h"
#include "ops/recorded.h"
#include "ops/registry.h"

namespace wick::jit {

using namespace ops;

namespace {

using Pair = std::tuple<Tensor, Tensor>;
using Three = std::tuple<Tensor, Tensor, Tensor>;

void write_inverse(const dense::Lu& lu, double* to) {
    std::fill_n(to, lu.n * lu.n, 0.0);
    for (int64_t i = 0; i < lu.n; ++i) to[i * lu.n + i] = 1;
    lu.solve(to, lu.n);
}

Tensor inverse(const Tensor& self) {
    const Matrices a = square(self, "linalg.inv");
    return a.make({a.n, a.n}, [&](int64_t i, double* to) {
        const dense::Lu lu(a.at(i), a.n);
        if (lu.singular_at >= 0)
            throw LinAlgError(fmt::format(
                "linalg.inv: {}The diagonal element {} is zero, the inversion could not be completed because the "
                "input matrix is singular.",
                batch_prefix(a, i), lu.singular_at + 1));
        write_inverse(lu, to);
    });
}

Pair inverse_with_info(const Tensor& self, bool check_errors) {
    const Matrices a = square(self, "linalg.inv_ex");
    const Tensor info = zeros(a.lead, DType::int32);
    int32_t* codes = info.mutable_data<int32_t>();
    const Tensor out = a.make({a.n, a.n}, [&](int64_t i, double* to) {
        const dense::Lu lu(a.at(i), a.n);
        codes[i] = static_cast<int32_t>(lu.singular_at + 1);
        WICK_CHECK(!check_errors || codes[i] == 0,
                   "linalg.inv_ex: {}The diagonal element {} is zero, the inversion could not be completed because the "
                   "input matrix is singular.",
                   batch_prefix(a, i), codes[i]);
        write_inverse(lu, to);
    });
    return {out, info};
}

/// B is a batch of vectors when its shape is A's without the last dimension (or it is one vector).
bool is_vector_system(const Tensor& a, const Tensor& b) {
    return b.dim() == 1 || (a.dim() - 1 == b.dim() && b.sizes() == a.sizes().slice(0, a.sizes().size() - 1));
}

/// A batch repeated to the joint batch shape.
Tensor spread(const Tensor& t, const DimVector& lead) {
    DimVector sizes(lead);
    sizes.push_back(t.size(-2));
    sizes.push_back(t.size(-1));
    return expand(t, sizes);
}

DimVector joint_lead(const Tensor& a, const Tensor& b) {
    return broadcast_sizes(a.sizes().slice(0, a.sizes().size() - 2), b.sizes().slice(0, b.sizes().size() - 2));
}

/// Solves A X = B (or X A = B with left=False).
Tensor solve(const Tensor& a_in, const Tensor& b_in, bool left) {
    WICK_CHECK(a_in.dtype() == b_in.dtype(),
               "linalg.solve: Expected A and B to have the same dtype, but found A of type {} and B of type {} instead",
               scalar_name_of(a_in.dtype()), scalar_name_of(b_in.dtype()));
    WICK_CHECK(a_in.dim() >= 2 && b_in.dim() >= 1, "linalg.solve: The input tensor A must have at least 2 dimensions.");
    const bool vectors = is_vector_system(a_in, b_in);
    WICK_CHECK(left || !vectors,
               "linalg.solve: Vector broadcasting of the left hand side is not supported for left=False. In this case "
               "linalg.solve is equivalent to B / A.squeeze(-1)");
    const Tensor rhs = vectors ? unsqueeze(b_in, -1) : b_in;
    WICK_CHECK(rhs.dim() >= 2 && rhs.size(left ? -2 : -1) == a_in.size(-1),
               "linalg.solve: Incompatible shapes of A and B for the equation {} ({}x{} and {}x{})",
               left ? "AX = B" : "XA = B", a_in.size(-2), a_in.size(-1), rhs.size(-2), rhs.size(-1));
    const DimVector lead = joint_lead(a_in, rhs);
    const auto oriented = [&](const Tensor& t) { return left ? spread(t, lead) : transpose(spread(t, lead), -2, -1); };
    const Matrices a = square(oriented(a_in), "linalg.solve"), b(oriented(rhs), "linalg.solve");
    const Tensor x = a.make({a.n, b.n}, [&](int64_t i, double* to) {
        const dense::Lu lu(a.at(i), a.n);
        if (lu.singular_at >= 0)
            throw LinAlgError(fmt::format("linalg.solve: {}The solver failed because the input matrix is singular.",
                                          batch_prefix(a, i)));
        std::copy_n(b.at(i), a.n * b.n, to);
        lu.solve(to, b.n);
    });
    if (!left) return transpose(x, -2, -1);
    return vectors ? squeeze(x, -1) : x;
}

/// Solves A X = B by substitution; only the named triangle of A is read.
Tensor solve_triangular(const Tensor& self, const Tensor& b_in, bool upper, bool left, bool unitriangular) {
    WICK_CHECK(self.dim() >= 2 && b_in.dim() >= 2 && b_in.size(left ? -2 : -1) == self.size(-1),
               "linalg.solve_triangular: Incompatible shapes of A and B for the equation {}",
               left ? "AX = B" : "XA = B");
    const DimVector lead = joint_lead(self, b_in);
    const auto oriented = [&](const Tensor& t) { return left ? spread(t, lead) : transpose(spread(t, lead), -2, -1); };
    const Matrices a = square(oriented(self), "linalg.solve_triangular"), b(oriented(b_in), "linalg.solve_triangular");
    const bool from_below = upper == left;
    const Tensor x = a.make({a.n, b.n}, [&](int64_t i, double* to) {
        std::copy_n(b.at(i), a.n * b.n, to);
        dense::solve_triangle(a.at(i), a.n, from_below, unitriangular, to, b.n);
    });
    return left ? x : transpose(x, -2, -1);
}

Pair triangular_solve(const Tensor& self, const Tensor& a, bool upper, bool transposed, bool unitriangular) {
    const Tensor matrix = transposed ? recorded::transpose(a, -2, -1) : a;
    return {recorded::call("aten::linalg_solve_triangular", matrix, self, upper != transposed, true, unitriangular),
            recorded::clone(a)};
}

Tensor det(const Tensor& self) {
    const Matrices a = square(self, "linalg.det");
    return a.make({}, [&](int64_t i, double* to) { *to = dense::Lu(a.at(i), a.n).determinant(); });
}

/// Sign and logarithm of the magnitude of the determinant.
Pair slogdet(const Tensor& self) {
    const Matrices a = square(self, "linalg.slogdet");
    const DimVector tails[] = {{}, {}};
    const auto [signs, logs] = a.make_all(tails, [&](int64_t i, double* const* to) {
        const dense::Lu lu(a.at(i), a.n);
        double s = lu.sign, log = 0;
        for (int64_t k = 0; k < a.n; ++k) {
            const double pivot = lu.factors[static_cast<size_t>(k * a.n + k)];
            s = pivot == 0 ? 0 : pivot < 0 ? -s : s;
            log += std::log(std::abs(pivot));
        }
        *to[0] = s, *to[1] = log;
    });
    return {signs, logs};
}

Tensor logdet(const Tensor& self) {
    const Matrices a = square(self, "logdet");
    return a.make({}, [&](int64_t i, double* to) { *to = std::log(dense::Lu(a.at(i), a.n).determinant()); });
}

Pair cholesky_with_info(const Tensor& self, bool upper, bool check_errors) {
    // The triangle that is read is the one that is returned.
    const Matrices a = square(upper ? transpose(self, -2, -1) : self, "linalg.cholesky");
    const Tensor info = zeros(a.lead, DType::int32);
    int32_t* codes = info.mutable_data<int32_t>();
    const Tensor l = a.make({a.n, a.n}, [&](int64_t i, double* to) {
        codes[i] = static_cast<int32_t>(dense::cholesky(a.at(i), a.n, to));
        if (check_errors && codes[i] != 0)
            throw LinAlgError(
                fmt::format("linalg.cholesky: {}The factorization could not be completed because the input is not "
                            "positive-definite (the leading minor of order {} is not positive-definite).",
                            batch_prefix(a, i), codes[i]));
    });
    return {upper ? contiguous(transpose(l, -2, -1)) : l, info};
}

Tensor cholesky(const Tensor& self, bool upper) { return std::get<0>(cholesky_with_info(self, upper, true)); }

/// Solves L L^T X = B (or U^T U X = B).
Tensor cholesky_solve(const Tensor& self, const Tensor& factor, bool upper) {
    const Tensor l = upper ? transpose(factor, -2, -1) : factor;
    return solve_triangular(transpose(l, -2, -1), solve_triangular(l, self, false, true, false), true, true, false);
}

Pair qr(const Tensor& self, const std::string& mode) {
    WICK_CHECK(mode == "reduced" || mode == "complete" || mode == "r",
               "qr received unrecognized mode '{}' but expected one of 'reduced' (default), 'r', or 'complete'", mode);
    const Matrices a(self, "linalg.qr");
    const bool complete = mode == "complete";
    const int64_t columns = complete ? a.m : std::min(a.m, a.n);
    const DimVector tails[] = {{a.m, columns}, {columns, a.n}};
    const auto [q, r] = a.make_all(tails, [&](int64_t i, double* const* to) {
        const dense::Qr f(a.at(i), a.m, a.n, complete);
        std::copy(f.q.begin(), f.q.end(), to[0]);
        std::copy(f.r.begin(), f.r.end(), to[1]);
    });
    return {mode == "r" ? empty({0}, self.dtype()) : q, r};
}

/// Of one matrix; LinAlgError where there is no such thing.
dense::Svd svd_of(const Matrices& a, int64_t i, bool vectors) {
    dense::Svd f(a.at(i), a.m, a.n, vectors);
    const double* values = a.at(i);
    if (!f.s.empty() && std::isnan(f.s[0]) && std::any_of(values, values + a.m * a.n, [](double x) { return x != x; }))
        throw LinAlgError(
            fmt::format("linalg.svd: {}The algorithm failed to converge because the input matrix contained non-finite "
                        "values.",
                        batch_prefix(a, i)));
    if (!f.converged)
        throw LinAlgError(
            fmt::format("linalg.svd: {}The algorithm failed to converge because the input matrix is ill-conditioned or "
                        "has too many repeated singular values (error code: {}).",
                        batch_prefix(a, i), f.k - 1));
    return f;
}

/// U[…, m, k], S[…, k], V[…, n, k].
Three svd_factors(const Matrices& a) {
    const int64_t k = std::min(a.m, a.n);
    const DimVector tails[] = {{a.m, k}, {k}, {a.n, k}};
    const auto [u, s, v] = a.make_all(tails, [&](int64_t i, double* const* to) {
        const dense::Svd f = svd_of(a, i, true);
        std::copy(f.u.begin(), f.u.end(), to[0]);
        std::copy(f.s.begin(), f.s.end(), to[1]);
        std::copy(f.v.begin(), f.v.end(), to[2]);
    });
    return {u, s, v};
}

/// Orthonormal columns completed to a square matrix.
Tensor completed(const Tensor& columns) {
    if (columns.size(-1) == columns.size(-2)) return columns;
    const auto [q, r] = qr(columns, "complete");
    // Q spans the same space, up to the sign of each column: keep the columns that were given.
    const Tensor out = clone(q, MemoryFormat::contiguous);
    copy_into(narrow(out, -1, 0, columns.size(-1)), columns);
    return out;
}

Three linalg_svd(const Tensor& self, bool full_matrices, const IValue&) {
    const auto [u, s, v] = svd_factors(Matrices(self, "linalg.svd"));
    return {full_matrices ? completed(u) : u, s, transpose(full_matrices ? completed(v) : v, -2, -1)};
}

Tensor linalg_svdvals(const Tensor& self, const IValue&) {
    const Matrices a(self, "linalg.svd");
    return a.make({std::min(a.m, a.n)}, [&](int64_t i, double* to) {
        const dense::Svd f = svd_of(a, i, false);
        std::copy(f.s.begin(), f.s.end(), to);
    });
}

Three svd(const Tensor& self, bool some, bool compute_uv) {
    const IValue factors = call_operator("aten::linalg_svd", {self, !some && compute_uv});
    const auto part = [&](size_t i) { return factors.to_tuple().elements[i].to_tensor(); };
    const Tensor u = part(0), v = recorded::transpose(part(2), -2, -1);
    if (!compute_uv) return {zeros(u.sizes(), u.dtype()), part(1), zeros(v.sizes(), v.dtype())};
    return {u, part(1), v};
}

Pair eigh_factors(const Tensor& self, const std::string& uplo, bool vectors) {
    WICK_CHECK(uplo == "L" || uplo == "U" || uplo == "l" || uplo == "u",
               "Expected UPLO argument to be 'L' or 'U', but got {}", uplo);
    const Matrices a = square(self, "linalg.eigh");
    const bool upper = uplo == "U" || uplo == "u";
    const DimVector tails[] = {{a.n}, {a.n, vectors ? a.n : 0}};
    const auto [w, v] = a.make_all(tails, [&](int64_t i, double* const* to) {
        const dense::Eigh f(a.at(i), a.n, upper, vectors);
        if (!f.converged)
            throw LinAlgError(
                fmt::format("linalg.eigh: {}The algorithm failed to converge because the input matrix is "
                            "ill-conditioned or has too many repeated eigenvalues (error code: {}).",
                            batch_prefix(a, i), a.n - 1));
        std::copy(f.w.begin(), f.w.end(), to[0]);
        std::copy(f.v.begin(), f.v.end(), to[1]);
    });
    return {w, v};
}

Pair eigh(const Tensor& self, const std::string& uplo) { return eigh_factors(self, uplo, true); }

Tensor eigvalsh(const Tensor& self, const std::string& uplo) { return std::get<0>(eigh_factors(self, uplo, false)); }

/// V diag(1 / s) U^T, singular values up to rcond * the largest taken as zero.
Tensor pinv(const Tensor& self, std::optional<double> atol, std::optional<double> rtol, bool) {
    const Matrices a(self, "linalg.pinv");
    const double eps =
        self.dtype() == DType::float32 ? std::numeric_limits<float>::epsilon() : std::numeric_limits<double>::epsilon();
    const double relative = rtol.value_or(atol.value_or(0) > 0 ? 0 : static_cast<double>(std::max(a.m, a.n)) * eps);
    return a.make({a.n, a.m}, [&](int64_t i, double* to) {
        const dense::Svd f = svd_of(a, i, true);
        const double limit = std::max(atol.value_or(0), f.s.empty() ? 0 : relative * f.s[0]);
        // V's columns divided by the values that count, times U^T.
        int64_t rank = 0;
        while (rank < f.k && f.s[static_cast<size_t>(rank)] > limit) ++rank;
        std::vector<double> v = f.v;
        for (int64_t r = 0; r < a.n; ++r)
            for (int64_t j = 0; j < rank; ++j) v[static_cast<size_t>(r * f.k + j)] /= f.s[static_cast<size_t>(j)];
        std::fill_n(to, a.n * a.m, 0.0);
        if (rank > 0) kernels::gemm<double>(a.n, a.m, rank, 1, {v.data(), f.k, 1}, {f.u.data(), 1, f.k}, 0, to, a.m);
    });
}

Tensor pinv_rcond(const Tensor& self, double rcond, bool hermitian) { return pinv(self, 0.0, rcond, hermitian); }
Tensor pinverse(const Tensor& self, double rcond) { return pinv(self, 0.0, rcond, false); }

Tensor matrix_power(const Tensor& self, int64_t n) {
    WICK_CHECK(self.dim() >= 2 && self.size(-1) == self.size(-2),
               "linalg.matrix_power: A must be batches of square matrices, but they are {} by {} matrices",
               self.dim() >= 2 ? self.size(-2) : 0, self.dim() >= 1 ? self.size(-1) : 0);
    const auto times = [](const Tensor& a, const Tensor& b) {
        return call_operator("aten::matmul", {a, b}).to_tensor();
    };
    Tensor base = n < 0 ? recorded::call("aten::linalg_inv", self) : self, result;
    for (uint64_t e = n < 0 ? ~static_cast<uint64_t>(n) + 1 : static_cast<uint64_t>(n); e > 0; e >>= 1) {
        if (e & 1) result = result.defined() ? times(result, base) : base;
        if (e > 1) base = times(base, base);
    }
    if (result.defined()) return n == 1 ? recorded::clone(result) : result;
    result = zeros(self.sizes(), self.dtype());
    fill(diagonal(result, 0, -2, -1), 1);
    return result;
}

Tensor trace(const Tensor& self) {
    WICK_CHECK(self.dim() == 2, "trace: expected a matrix, but got tensor with dim {}", self.dim());
    return recorded::call("aten::sum", recorded::diagonal(self));
}

Tensor linalg_cross(const Tensor& self, const Tensor& other, int64_t dim) {
    WICK_CHECK(self.dim() == other.dim(), "linalg.cross: inputs must have the same number of dimensions.");
    WICK_CHECK(self.size(dim) == 3 && other.size(dim) == 3,
               "linalg.cross: inputs dimension {} must have length 3. Got {} and {}", dim, self.size(dim),
               other.size(dim));
    const auto term = [&](const Tensor& a, int64_t i, const Tensor& b, int64_t j) {
        return recorded::multiply(recorded::select(a, dim, i), recorded::select(b, dim, j));
    };
    std::vector<Tensor> parts;
    for (int64_t i = 0; i < 3; ++i) {
        const int64_t j = (i + 1) % 3, k = (i + 2) % 3;
        parts.push_back(recorded::subtract(term(self, j, other, k), term(self, k, other, j)));
    }
    return recorded::stack(parts, wrap_dim(dim, self.dim()));
}

Tensor cross(const Tensor& self, const Tensor& other, std::optional<int64_t> dim) {
    if (dim) return linalg_cross(self, other, *dim);
    for (int64_t d = 0; d < self.dim(); ++d)
        if (self.size(d) == 3) return linalg_cross(self, other, d);
    throw OpError("no dimension of size 3 in input");
}

}  // namespace

void register_linalg_solve(Registry& ops) {
    ops.add("aten::linalg_inv(Tensor A) -> Tensor")
        .kernel(&inverse)
        .out()
        .derivative("A", "ops.wick.inverse_backward(grad, result)")
        .gradient_name("LinalgInvExBackward0");
    ops.add("aten::inverse(Tensor self) -> Tensor")
        .kernel(&inverse)
        .out()
        .derivative("self", "ops.wick.inverse_backward(grad, result)");
    ops.add("aten::linalg_inv_ex(Tensor A, *, bool check_errors=False) -> (Tensor inverse, Tensor info)")
        .kernel(&inverse_with_info)
        .out("inverse")
        .derivative("A", "ops.wick.inverse_backward(grad_inverse, inverse)");
    ops.add("aten::linalg_solve(Tensor A, Tensor B, *, bool left=True) -> Tensor")
        .kernel(&solve)
        .out()
        .derivative("A, B", "ops.wick.solve_backward(grad, A, B, left, result)")
        .gradient_name("LinalgSolveExBackward0");
    ops.add(
           "aten::linalg_solve_triangular(Tensor self, Tensor B, *, bool upper, bool left=True, bool "
           "unitriangular=False) -> Tensor")
        .kernel(&solve_triangular)
        .out()
        .derivative("self, B", "ops.wick.solve_triangular_backward(grad, self, upper, left, unitriangular, result)");
    ops.add(
           "aten::triangular_solve(Tensor self, Tensor A, bool upper=True, bool transpose=False, bool "
           "unitriangular=False) -> (Tensor "
           "solution, Tensor cloned_coefficient)")
        .kernel(&triangular_solve)
        .differentiated_by_parts();
    ops.add("aten::linalg_det(Tensor A) -> Tensor")
        .kernel(&det)
        .out()
        .derivative("A", "ops.wick.det_backward(grad, A, result)");
    ops.add("aten::det(Tensor self) -> Tensor")
        .kernel(&det)
        .derivative("self", "ops.wick.det_backward(grad, self, result)");
    ops.add("aten::linalg_slogdet(Tensor A) -> (Tensor sign, Tensor logabsdet)")
        .kernel(&slogdet)
        .out("out")
        .derivative("A", "ops.wick.logdet_backward(grad_logabsdet, A)");
    ops.add("aten::slogdet(Tensor self) -> (Tensor sign, Tensor logabsdet)")
        .kernel(&slogdet)
        .out("out")
        .derivative("self", "ops.wick.logdet_backward(grad_logabsdet, self)")
        .gradient_name("LinalgSlogdetBackward0");
    ops.add("aten::logdet(Tensor self) -> Tensor")
        .kernel(&logdet)
        .derivative("self", "ops.wick.logdet_backward(grad, self)");
    ops.add(
           "aten::linalg_cholesky_ex(Tensor self, *, bool upper=False, bool check_errors=False) -> (Tensor L, Tensor "
           "info)")
        .kernel(&cholesky_with_info)
        .out("L")
        .derivative("self", "torch.cholesky_backward(grad_L, upper, L)");
    ops.add("aten::linalg_cholesky(Tensor self, *, bool upper=False) -> Tensor")
        .kernel(&cholesky)
        .out()
        .derivative("self", "torch.cholesky_backward(grad, upper, result)")
        .gradient_name("LinalgCholeskyExBackward0");
    ops.add("aten::cholesky(Tensor self, bool upper=False) -> Tensor")
        .kernel(&cholesky)
        .out()
        .derivative("self", "torch.cholesky_backward(grad, upper, result)");
    ops.add("aten::cholesky_solve(Tensor self, Tensor input2, bool upper=False) -> Tensor")
        .kernel(&cholesky_solve)
        .out()
        .derivative("self, input2", "ops.wick.cholesky_solve_backward(grad, input2, upper, result)");
    ops.add("aten::linalg_qr(Tensor A, str mode=\"reduced\") -> (Tensor Q, Tensor R)")
        .kernel(&qr)
        .out("out")
        .derivative("A", "ops.wick.qr_backward(grad_Q, grad_R, Q, R, mode)");
    ops.add(
           "aten::linalg_svd(Tensor A, bool full_matrices=True, *, str? driver=None) -> (Tensor U, Tensor S, Tensor "
           "Vh)")
        .kernel(&linalg_svd)
        .out("U")
        .derivative("A", "ops.wick.svd_backward(grad_U, grad_S, grad_Vh, U, S, Vh)");
    ops.add("aten::linalg_svdvals(Tensor A, *, str? driver=None) -> Tensor")
        .kernel(&linalg_svdvals)
        .out()
        .decomposition(R"(
def linalg_svdvals(A: Tensor, driver: Optional[str]) -> Tensor:
    return torch.linalg_svd(A, False)[1]
)");
    ops.add("aten::svd(Tensor self, bool some=True, bool compute_uv=True) -> (Tensor U, Tensor S, Tensor V)")
        .kernel(&svd)
        .out("U")
        .differentiated_by_parts();
    ops.add("aten::linalg_eigh(Tensor self, str UPLO=\"L\") -> (Tensor eigenvalues, Tensor eigenvectors)")
        .kernel(&eigh)
        .out("eigvals", {"eigvals", "eigvecs"})
        .derivative("self", "ops.wick.eigh_backward(grad_eigenvalues, grad_eigenvectors, eigenvalues, eigenvectors)");
    ops.add("aten::linalg_eigvalsh(Tensor self, str UPLO=\"L\") -> Tensor").kernel(&eigvalsh).out().decomposition(R"(
def linalg_eigvalsh(self: Tensor, UPLO: str) -> Tensor:
    return torch.linalg_eigh(self, UPLO)[0]
)");
    ops.add("aten::linalg_pinv(Tensor self, float rcond, bool hermitian=False) -> Tensor")
        .kernel(&pinv_rcond)
        .out()
        .derivative("self", "ops.wick.pinv_backward(grad, self, result)");
    ops.add(
           "aten::linalg_pinv.atol_rtol_float(Tensor self, *, float? atol=None, float? rtol=None, bool "
           "hermitian=False) -> Tensor")
        .kernel(&pinv)
        .out("atol_rtol_float_out")
        .derivative("self", "ops.wick.pinv_backward(grad, self, result)");
    ops.add("aten::pinverse(Tensor self, float rcond=1e-15) -> Tensor")
        .kernel(&pinverse)
        .derivative("self", "ops.wick.pinv_backward(grad, self, result)");
    ops.add("aten::linalg_matrix_power(Tensor self, int n) -> Tensor")
        .kernel(&matrix_power)
        .out()
        .differentiated_by_parts();
    ops.add("aten::matrix_power(Tensor self, int n) -> Tensor").kernel(&matrix_power).out().differentiated_by_parts();
    ops.add("aten::trace(Tensor self) -> Tensor").kernel(&trace).out().differentiated_by_parts();
    ops.add("aten::linalg_cross(Tensor self, Tensor other, *, int dim=-1) -> Tensor")
        .kernel(&linalg_cross)
        .out()
        .differentiated_by_parts();
    ops.add("aten::cross(Tensor self, Tensor other, int? dim=None) -> Tensor")
        .kernel(&cross)
        .out()
        .differentiated_by_parts();
    register_eigenvalues(ops);
}

}  // namespace wick::jit
