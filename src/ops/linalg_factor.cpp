// Factorisations kept for later use (LU with pivots, Householder reflectors), what is solved with them, and least
// squares.
#include <cmath>
#include <limits>
#include <numeric>

#include <wick/support/stop_check.h>

#include "ops/linalg_dense.h"
#include "ops/linalg_matrices.h"
#include "ops/recorded.h"
#include "ops/registry.h"

namespace wick::jit {

using namespace ops;

namespace {

using Pair = std::tuple<Tensor, Tensor>;
using Three = std::tuple<Tensor, Tensor, Tensor>;
using Four = std::tuple<Tensor, Tensor, Tensor, Tensor>;

DimVector joined(const DimVector& lead, std::initializer_list<int64_t> tail) {
    DimVector sizes(lead);
    for (int64_t size : tail) sizes.push_back(size);
    return sizes;
}

Three lu_factor_ex(const Tensor& self, bool pivot, bool check_errors) {
    const Matrices a(self, "torch.linalg.lu_factor_ex");
    const int64_t k = std::min(a.m, a.n);
    const Tensor pivots = empty(joined(a.lead, {k}), DType::int32), info = zeros(a.lead, DType::int32);
    int32_t* rows = pivots.mutable_data<int32_t>();
    int32_t* codes = info.mutable_data<int32_t>();
    const Tensor lu = a.make({a.m, a.n}, [&](int64_t i, double* to) {
        std::copy_n(a.at(i), a.m * a.n, to);
        codes[i] = dense::factor_lu(to, a.m, a.n, rows + i * k, pivot);
        WICK_CHECK(!check_errors || codes[i] == 0,
                   "torch.linalg.lu_factor_ex: {}U[{},{}] is zero and using it on lu_solve would result in a division "
                   "by zero. If you still want to perform the factorization, consider calling linalg.lu(A, pivot) or "
                   "linalg.lu_factor_ex(A, pivot)",
                   batch_prefix(a, i), codes[i], codes[i]);
    });
    return {lu, pivots, info};
}

Pair lu_factor(const Tensor& self, bool pivot) {
    const auto [lu, pivots, info] = lu_factor_ex(self, pivot, true);
    return {lu, pivots};
}

/// The rows in the order that the exchanges leave them, as a permutation matrix P with A = P L U.
Tensor permutation_matrix(const Tensor& pivots, int64_t m, DType dtype) {
    const DimVector lead(pivots.sizes().slice(0, pivots.sizes().size() - 1));
    const int64_t k = pivots.size(-1), count = checked_numel(lead);
    const Tensor dense = contiguous(to_dtype(pivots, DType::int64)),
                 result = zeros(joined(lead, {m, m}), DType::float64);
    for (int64_t b = 0; b < count; ++b) {
        std::vector<int64_t> order(static_cast<size_t>(m));
        std::iota(order.begin(), order.end(), int64_t{0});
        for (int64_t i = 0; i < k; ++i) {
            const int64_t other = dense.data<int64_t>()[b * k + i] - 1;
            WICK_CHECK(other >= 0 && other < m,
                       "pivots passed to lu_unpack must be between 1 and LU.size(-2) inclusive.Did you properly pass "
                       "the result of lu_factor?");
            std::swap(order[static_cast<size_t>(i)], order[static_cast<size_t>(other)]);
        }
        for (int64_t i = 0; i < m; ++i)
            result.mutable_data<double>()[(b * m + order[static_cast<size_t>(i)]) * m + i] = 1;
    }
    return to_dtype(result, dtype);
}

Tensor triangle_of(const Tensor& a, bool lower) {
    return call_operator(lower ? "aten::tril" : "aten::triu", {a, int64_t{lower ? -1 : 0}}).to_tensor();
}

Three lu_unpack(const Tensor& lu, const Tensor& pivots, bool unpack_data, bool unpack_pivots) {
    WICK_CHECK(lu.dim() >= 2, "torch.lu_unpack: The input tensor LU must have at least 2 dimensions.");
    WICK_CHECK(!unpack_pivots || pivots.dtype() == DType::int32,
               "torch.lu_unpack: LU_pivots is expected to be a contiguous tensor of torch.int32 dtype.\nNote: this "
               "function is intended to be used with the output produced by torch.linalg.lu_factor");
    const int64_t m = lu.size(-2), n = lu.size(-1), k = std::min(m, n);
    const Tensor none = empty({0}, lu.dtype());
    Three result{none, none, none};
    if (unpack_pivots) std::get<0>(result) = permutation_matrix(pivots, m, lu.dtype());
    if (unpack_data) {
        const Tensor l = contiguous(triangle_of(narrow(lu, -1, 0, k), true));
        fill(diagonal(l, 0, -2, -1), 1);
        std::get<1>(result) = l;
        std::get<2>(result) = triangle_of(narrow(lu, -2, 0, k), false);
    }
    return result;
}

Three linalg_lu(const Tensor& self, bool pivot) {
    const auto [lu, pivots, info] = lu_factor_ex(self, pivot, false);
    auto [p, l, u] = lu_unpack(lu, pivots, true, pivot);
    return {p, l, u};
}

/// Solves A X = B with the factors of A: P L U X = B. X A = B through the transposed factors.
Tensor lu_solve(const Tensor& lu, const Tensor& pivots, const Tensor& b, bool left, bool adjoint) {
    WICK_CHECK(lu.dim() >= 2 && lu.size(-1) == lu.size(-2),
               "torch.linalg.lu_solve: A must be batches of square matrices");
    const IValue factors = call_operator("aten::lu_unpack", {lu, pivots});
    const auto factor = [&](size_t i) { return factors.to_tuple().elements[i].to_tensor(); };
    const Tensor p = factor(0), l = factor(1), u = factor(2);
    const auto flipped = [](const Tensor& t) { return recorded::transpose(t, -2, -1); };
    const auto solve = [](const Tensor& triangle, const Tensor& rhs, bool upper, bool unit) {
        return recorded::call("aten::linalg_solve_triangular", triangle, rhs, upper, true, unit);
    };
    const auto product = &recorded::matmul;
    const Tensor rhs = left ? b : flipped(b);
    if (left != adjoint) {
        const Tensor x = solve(u, solve(l, product(flipped(p), rhs), false, true), true, false);
        return left ? x : flipped(x);
    }
    const Tensor x = product(p, solve(flipped(l), solve(flipped(u), rhs, false, false), true, true));
    return left ? x : flipped(x);
}

Pair solve_ex(const Tensor& a, const Tensor& b, bool left, bool check_errors) {
    const auto [lu, pivots, info] = lu_factor_ex(a, true, false);
    const bool singular = info.numel() > 0 && any(info).item().to_bool();
    if (!singular || check_errors) return {call_operator("aten::linalg_solve", {a, b, left}).to_tensor(), info};
    return {full(b.sizes(), std::numeric_limits<double>::quiet_NaN(), b.dtype()), info};
}

/// The inverse of the matrix that a Cholesky factor belongs to.
Tensor cholesky_inverse(const Tensor& factor, bool upper) {
    const Matrices a = square(factor, "cholesky_inverse");
    Tensor unit = zeros(factor.sizes(), factor.dtype());
    fill(diagonal(unit, 0, -2, -1), 1);
    return call_operator("aten::cholesky_solve", {unit, factor, upper}).to_tensor();
}

Pair old_qr(const Tensor& self, bool some) {
    const IValue result = call_operator("aten::linalg_qr", {self, some ? "reduced" : "complete"});
    return {result.to_tuple().elements[0].to_tensor(), result.to_tuple().elements[1].to_tensor()};
}

/// R above the diagonal, below it the reflectors v (v[0] = 1) of H = 1 - tau v v^T.
Pair geqrf(const Tensor& self) {
    const Matrices a(self, "torch.geqrf");
    const int64_t k = std::min(a.m, a.n);
    const Tensor taus = zeros(joined(a.lead, {k}), DType::float64);
    double* tau = taus.mutable_data<double>();
    const Tensor factors = a.make({a.m, a.n}, [&](int64_t i, double* to) {
        std::copy_n(a.at(i), a.m * a.n, to);
        for (int64_t j = 0; j < k; ++j) {
            check_stop();
            double below = 0;
            for (int64_t r = j + 1; r < a.m; ++r) below += to[r * a.n + j] * to[r * a.n + j];
            if (below == 0) continue;
            const double alpha = to[j * a.n + j], beta = -std::copysign(std::sqrt(alpha * alpha + below), alpha);
            const double t = (beta - alpha) / beta;
            for (int64_t r = j + 1; r < a.m; ++r) to[r * a.n + j] /= alpha - beta;
            to[j * a.n + j] = beta;
            tau[i * k + j] = t;
            for (int64_t c = j + 1; c < a.n; ++c) {
                double dot = to[j * a.n + c];
                for (int64_t r = j + 1; r < a.m; ++r) dot += to[r * a.n + j] * to[r * a.n + c];
                to[j * a.n + c] -= t * dot;
                for (int64_t r = j + 1; r < a.m; ++r) to[r * a.n + c] -= t * dot * to[r * a.n + j];
            }
        }
    });
    return {factors, to_dtype(taus, self.dtype())};
}

/// The first n columns of H1 H2 …
Tensor householder_product(const Tensor& self, const Tensor& tau_in) {
    const Matrices a(self, "torch.linalg.householder_product");
    WICK_CHECK(a.m >= a.n,
               "torch.linalg.householder_product: input.shape[-2] must be greater than or equal to input.shape[-1]");
    WICK_CHECK(tau_in.dim() == self.dim() - 1 && tau_in.size(-1) <= a.n,
               "torch.linalg.householder_product: input.shape[-1] must be greater than or equal to tau.shape[-1]");
    const int64_t k = tau_in.size(-1);
    const Tensor tau = contiguous(to_dtype(expand(tau_in, joined(a.lead, {k})), DType::float64));
    return a.make({a.m, a.n}, [&](int64_t i, double* to) {
        std::fill_n(to, a.m * a.n, 0.0);
        for (int64_t j = 0; j < a.n; ++j) to[j * a.n + j] = 1;
        for (int64_t j = k; j-- > 0;) {
            check_stop();
            const double t = tau.data<double>()[i * k + j];
            for (int64_t c = 0; c < a.n; ++c) {
                double dot = to[j * a.n + c];
                for (int64_t r = j + 1; r < a.m; ++r) dot += a.at(i)[r * a.n + j] * to[r * a.n + c];
                to[j * a.n + c] -= t * dot;
                for (int64_t r = j + 1; r < a.m; ++r) to[r * a.n + c] -= t * dot * a.at(i)[r * a.n + j];
            }
        }
    });
}

/// Least squares by singular values, which serves every shape and rank.
Four lstsq(const Tensor& self, const Tensor& b, std::optional<double> rcond,
           const std::optional<std::string_view>& driver) {
    WICK_CHECK(self.dim() >= 2, "torch.linalg.lstsq: input must have at least 2 dimensions.");
    WICK_CHECK(b.dim() >= 1, "torch.linalg.lstsq: other must have at least 1 dimension.");
    WICK_CHECK(
        self.dtype() == b.dtype(),
        "torch.linalg.lstsq: input and other must have the same dtype, but got input.dtype={} and other.dtype={}",
        scalar_name_of(self.dtype()), scalar_name_of(b.dtype()));
    WICK_CHECK(self.dtype() == DType::float32 || self.dtype() == DType::float64,
               "torch.linalg.lstsq: Expected a floating point tensor as input. Got {}", scalar_name_of(self.dtype()));
    const std::string_view method = driver.value_or("gelsy");
    WICK_CHECK(method == "gels" || method == "gelsy" || method == "gelsd" || method == "gelss",
               "torch.linalg.lstsq: parameter `driver` should be one of (gels, gelsy, gelsd, gelss), but got {}",
               method);
    const bool vectors = b.dim() == self.dim() - 1;
    const Tensor rhs = vectors ? recorded::unsqueeze(b, -1) : b;
    const int64_t m = self.size(-2), n = self.size(-1);
    WICK_CHECK(rhs.size(-2) == m, "torch.linalg.lstsq: input.size(-2) should match other.size({})", vectors ? -1 : -2);
    const double eps =
        self.dtype() == DType::float64 ? std::numeric_limits<double>::epsilon() : std::numeric_limits<float>::epsilon();
    const double relative = rcond.value_or(eps * static_cast<double>(std::max(m, n)));
    const Tensor inverse =
        call_operator("aten::linalg_pinv", {recorded::to_dtype(self, DType::float64), relative}).to_tensor();
    const Tensor wide = recorded::to_dtype(rhs, DType::float64);
    const Tensor solution = call_operator("aten::matmul", {inverse, wide}).to_tensor();
    const Tensor none = empty({0}, self.dtype());
    Tensor rank = empty({0}, DType::int64), residuals = none, values = none;
    if (method != "gels")
        rank = call_operator("aten::linalg_matrix_rank.atol_rtol_float", {self, IValue(), relative, false}).to_tensor();
    if (method == "gelsd" || method == "gelss")
        values = call_operator("aten::linalg_svdvals", {self.detach()}).to_tensor();
    const bool full_rank =
        method == "gels" || amin(rank.numel() > 0 ? rank : full({1}, n, DType::int64)).item().to_int() == n;
    if (m > n && full_rank && method != "gelsy") {
        const Tensor product = recorded::matmul(recorded::to_dtype(self, DType::float64), solution);
        const Tensor error = recorded::subtract(product, wide);
        residuals = recorded::to_dtype(recorded::sum(recorded::multiply(error, error), {-2}), self.dtype());
    }
    const Tensor result = recorded::to_dtype(solution, self.dtype());
    return {vectors ? recorded::squeeze(result, -1) : result, residuals, rank, values};
}

}  // namespace

void register_linalg_factor(Registry& ops) {
    ops.add(
           "aten::linalg_lu_factor_ex(Tensor A, *, bool pivot=True, bool check_errors=False) -> (Tensor LU, Tensor "
           "pivots, Tensor info)")
        .kernel(&lu_factor_ex)
        .out()
        .derivative("A", "ops.wick.lu_factor_backward(grad_LU, LU, pivots)");
    ops.add(
           "aten::_lu_with_info(Tensor self, bool pivot=True, bool check_errors=True) -> (Tensor LU, Tensor pivots, "
           "Tensor info)")
        .kernel(&lu_factor_ex)
        .derivative("self", "ops.wick.lu_factor_backward(grad_LU, LU, pivots)");
    ops.add("aten::linalg_lu_factor(Tensor A, *, bool pivot=True) -> (Tensor LU, Tensor pivots)")
        .kernel(&lu_factor)
        .out()
        .derivative("A", "ops.wick.lu_factor_backward(grad_LU, LU, pivots)");
    ops.add("aten::linalg_lu(Tensor A, *, bool pivot=True) -> (Tensor P, Tensor L, Tensor U)")
        .kernel(&linalg_lu)
        .out()
        .derivative("A", "ops.wick.lu_backward(grad_L, grad_U, P, L, U)");
    ops.add(
           "aten::lu_unpack(Tensor LU_data, Tensor LU_pivots, bool unpack_data=True, bool unpack_pivots=True) -> "
           "(Tensor P, Tensor L, Tensor U)")
        .kernel(&lu_unpack)
        .out()
        .derivative("LU_data", "ops.wick.lu_unpack_backward(grad_L, grad_U, LU_data.size(), unpack_data)");
    ops.add(
           "aten::linalg_lu_solve(Tensor LU, Tensor pivots, Tensor B, *, bool left=True, bool adjoint=False) -> Tensor")
        .kernel(&lu_solve)
        .out()
        .differentiated_by_parts();
    ops.add("aten::lu_solve(Tensor self, Tensor LU_data, Tensor LU_pivots) -> Tensor")
        .kernel([](const Tensor& b, const Tensor& lu, const Tensor& pivots) {
            return lu_solve(lu, pivots, b, true, false);
        })
        .out()
        .differentiated_by_parts();
    ops.add(
           "aten::linalg_solve_ex(Tensor A, Tensor B, *, bool left=True, bool check_errors=False) -> (Tensor result, "
           "Tensor info)")
        .kernel(&solve_ex)
        .out()
        .differentiated_by_parts();
    ops.add("aten::cholesky_inverse(Tensor self, bool upper=False) -> Tensor")
        .kernel(&cholesky_inverse)
        .out()
        .derivative("self", "ops.wick.cholesky_inverse_backward(grad, self, upper, result)");
    ops.add("aten::qr(Tensor self, bool some=True) -> (Tensor Q, Tensor R)")
        .kernel(&old_qr)
        .out("Q")
        .differentiated_by_parts();
    ops.add("aten::geqrf(Tensor self) -> (Tensor a, Tensor tau)").kernel(&geqrf).out("a");
    ops.add("aten::linalg_householder_product(Tensor input, Tensor tau) -> Tensor")
        .kernel(&householder_product)
        .out()
        .decomposition(R"(
def linalg_householder_product(input: Tensor, tau: Tensor) -> Tensor:
    return ops.wick.reflect_columns(input, tau)
)");
    ops.add("aten::orgqr(Tensor self, Tensor input2) -> Tensor").kernel(&householder_product).out().decomposition(R"(
def orgqr(self: Tensor, input2: Tensor) -> Tensor:
    return ops.wick.reflect_columns(self, input2)
)");
    ops.add(
           "aten::linalg_lstsq(Tensor self, Tensor b, float? rcond=None, *, str? driver=None) -> (Tensor solution, "
           "Tensor residuals, Tensor rank, Tensor singular_values)")
        .kernel(&lstsq)
        .out()
        .differentiated_by_parts();
}

}  // namespace wick::jit
