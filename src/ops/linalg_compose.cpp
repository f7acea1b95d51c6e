// Products, distances and norms that are made of other operators.

#include <algorithm>
#include <cmath>

#include "ops/pointwise.h"
#include "ops/recorded.h"

namespace wick::jit {
namespace {

using namespace ops;

Tensor vector_norm(const Tensor& self, const Scalar& p, const std::optional<std::vector<int64_t>>& dims, bool keepdim) {
    return call_operator("aten::linalg_vector_norm", {self, p, dims ? IValue(*dims) : IValue(), keepdim}).to_tensor();
}

/// Every element of self times all of other: [a0 b0, a1 b1, …].
Tensor kron(const Tensor& self, const Tensor& other) {
    const int64_t rank = std::max(self.dim(), other.dim());
    DimVector a_sizes, b_sizes, sizes;
    for (int64_t d = 0; d < rank; ++d) {
        const int64_t a = d - (rank - self.dim()), b = d - (rank - other.dim());
        const int64_t a_size = a >= 0 ? self.size(a) : 1, b_size = b >= 0 ? other.size(b) : 1;
        for (int64_t size : {a_size, int64_t{1}}) a_sizes.push_back(size);
        for (int64_t size : {int64_t{1}, b_size}) b_sizes.push_back(size);
        sizes.push_back(a_size * b_size);
    }
    return recorded::reshape(recorded::multiply(recorded::reshape(self, a_sizes), recorded::reshape(other, b_sizes)),
                             sizes);
}

Tensor dist(const Tensor& self, const Tensor& other, Scalar p) {
    return vector_norm(recorded::subtract(self, other), p, std::nullopt, false);
}

Tensor vdot(const Tensor& self, const Tensor& other) {
    return recorded::call("aten::dot", recorded::conj(self), other);
}

Tensor vecdot(const Tensor& x, const Tensor& y, int64_t dim) {
    WICK_CHECK(is_floating(x.dtype()) || is_complex(x.dtype()),
               "linalg.vecdot: Expected a floating point or complex tensor as input. Got {}",
               scalar_name_of(x.dtype()));
    return recorded::sum(recorded::multiply(recorded::conj(x), y), {dim});
}

/// Slices along a dimension whose norm is larger than the limit, scaled down to it.
Tensor renorm(const Tensor& self, Scalar p, int64_t dim, Scalar maxnorm) {
    WICK_CHECK(p.to_double() > 0, "non-positive-norm not supported");
    WICK_CHECK(maxnorm.to_double() >= 0, "renorm: expected maxnorm to be >= 0 but got {}", maxnorm.to_double());
    WICK_CHECK(self.dim() > 1, "renorm: input needs at least 2 dimensions, got {} dimensions", self.dim());
    const int64_t kept = wrap_dim(dim, self.dim());
    std::vector<int64_t> dims;
    for (int64_t d = 0; d < self.dim(); ++d)
        if (d != kept) dims.push_back(d);
    const Tensor norms = vector_norm(self, p, dims, true);
    const Tensor quotient = recorded::multiply(recorded::call("aten::reciprocal", recorded::add(norms, 1e-7)), maxnorm);
    const Tensor factor =
        recorded::call("aten::where.ScalarOther", recorded::call("aten::gt.Scalar", norms, maxnorm), quotient, 1);
    return recorded::contiguous(recorded::multiply(self, factor));
}

/// Norms over all dimensions but one, which stays.
Tensor norm_except_dim(const Tensor& v, int64_t pow, int64_t dim) {
    std::vector<int64_t> dims;
    for (int64_t d = 0; d < v.dim(); ++d)
        if (dim != -1 && d != wrap_dim(dim, v.dim())) dims.push_back(d);
    if (dim == -1) return vector_norm(v, pow, std::nullopt, false);
    return dims.empty() ? recorded::abs(v) : vector_norm(v, pow, dims, true);
}

int64_t product(IntArrayRef sizes) { return checked_numel(sizes); }

Tensor tensorinv(const Tensor& self, int64_t ind) {
    WICK_CHECK(ind > 0, "Expected a strictly positive integer for 'ind', but got {}", ind);
    WICK_CHECK(ind <= self.dim(),
               "Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind])");
    const IntArrayRef head = self.sizes().slice(0, static_cast<size_t>(ind));
    const IntArrayRef tail =
        self.sizes().slice(static_cast<size_t>(ind), self.sizes().size() - static_cast<size_t>(ind));
    WICK_CHECK(
        product(head) == product(tail),
        "Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got {} != {}",
        product(tail), product(head));
    DimVector sizes(tail);
    sizes.append(head.begin(), head.end());
    const Tensor matrix = recorded::reshape(self, {product(head), product(tail)});
    return recorded::reshape(recorded::call("aten::linalg_inv", matrix), sizes);
}

Tensor tensorsolve(const Tensor& self, const Tensor& other, const std::optional<IntList>& dims) {
    std::vector<int64_t> order;
    for (int64_t d : dims.value_or(IntList{})) order.push_back(wrap_dim(d, self.dim()));
    for (int64_t d = self.dim(); d-- > 0;)
        if (std::find(order.begin(), order.end(), d) == order.end()) order.insert(order.begin(), d);
    const Tensor a = recorded::permute(self, order);
    WICK_CHECK(other.dim() <= a.dim(), "Expected self to have at least as many dimensions as other");
    const size_t lead = static_cast<size_t>(other.dim());
    const IntArrayRef tail = a.sizes().slice(lead, a.sizes().size() - lead);
    const int64_t n = product(tail);
    WICK_CHECK(n == other.numel(),
               "Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == "
               "prod(self.shape[:other.ndim]), but got {} != {}",
               n, other.numel());
    const Tensor matrix = recorded::reshape(a, {n, n});
    return recorded::reshape(recorded::call("aten::linalg_solve", matrix, recorded::reshape(other, {-1})), tail);
}

/// Scaling and squaring: exp(A) = exp(A / 2^k)^(2^k), with Taylor's series for the small matrix.
Tensor matrix_exp(const Tensor& self) {
    WICK_CHECK(self.dim() >= 2 && self.size(-1) == self.size(-2),
               "linalg.matrix_exp: A must be batches of square matrices");
    WICK_CHECK(is_floating(self.dtype()) || is_complex(self.dtype()),
               "linalg.matrix_exp: Expected a floating point or complex tensor as input. Got {}",
               scalar_name_of(self.dtype()));
    const DType wide = is_complex(self.dtype()) ? DType::complex128 : DType::float64;
    const auto product = [](const Tensor& a, const Tensor& b) {
        return call_operator("aten::matmul", {a, b}).to_tensor();
    };
    Tensor a = to_dtype(self, wide);
    double norm = 0;
    if (self.numel() > 0) {
        const Tensor magnitude = pointwise(
            kReal, [](Expr x) { return abs(x); }, a);
        norm = amax(sum(magnitude, DimVector{-1})).item().to_double();
    }
    WICK_CHECK(!(norm > 1e300), "matrix_exp: the matrix is too large");
    int squarings = 0;
    for (; norm > 0.5; norm /= 2) ++squarings;
    a = pointwise(
        kPromote, [](Expr x, Expr f) { return x * f; }, a, std::ldexp(1.0, -squarings));
    Tensor result = zeros(self.sizes(), wide);
    fill(diagonal(result, 0, -2, -1), 1);
    const Tensor unit = result;
    // Horner's form: 1 + A (1 + A / 2 (1 + A / 3 (…))).
    for (int k = 18; k > 0; --k)
        result = pointwise(
            kPromote, [](Expr one, Expr x, Expr f) { return one + x * f; }, unit, product(a, result), 1.0 / k);
    for (int i = 0; i < squarings; ++i) result = product(result, result);
    return to_dtype(result, self.dtype());
}

/// Singular values larger than the tolerance are counted.
Tensor rank_by(const Tensor& self, const Tensor& atol, const Tensor& rtol, bool hermitian) {
    WICK_CHECK(self.dim() >= 2, "linalg.matrix_rank: The input tensor input must have at least 2 dimensions.");
    DimVector lead(self.sizes().slice(0, self.sizes().size() - 2));
    if (self.numel() == 0) return zeros(lead, DType::int64);
    Tensor values = hermitian ? pointwise(
                                    kReal, [](Expr x) { return abs(x); },
                                    call_operator("aten::linalg_eigvalsh", {self}).to_tensor())
                              : call_operator("aten::linalg_svdvals", {self}).to_tensor();
    const Tensor largest = amax(values, DimVector{-1});
    const Tensor limit = pointwise(
        kPromote, [](Expr a, Expr r, Expr s) { return max(a, r * s); }, atol, rtol, largest);
    return sum(pointwise(
                   kCompare, [](Expr s, Expr l) { return s > l; }, values, unsqueeze(limit, -1)),
               DimVector{-1});
}

double default_rtol(const Tensor& self) {
    const double eps = to_real(self.dtype()) == DType::float64 ? 0x1p-52 : 0x1p-23;
    return eps * static_cast<double>(std::max(self.size(-1), self.size(-2)));
}

Tensor number(double value) { return full({}, value, DType::float64); }

Tensor rank_float(const Tensor& self, std::optional<double> atol, std::optional<double> rtol, bool hermitian) {
    WICK_CHECK(self.dim() >= 2, "linalg.matrix_rank: The input tensor input must have at least 2 dimensions.");
    return rank_by(self, number(atol.value_or(0)), number(rtol.value_or(atol.value_or(0) > 0 ? 0 : default_rtol(self))),
                   hermitian);
}

Tensor rank_tensor(const Tensor& self, const std::optional<Tensor>& atol, const std::optional<Tensor>& rtol,
                   bool hermitian) {
    WICK_CHECK(self.dim() >= 2, "linalg.matrix_rank: The input tensor input must have at least 2 dimensions.");
    Tensor relative = rtol ? *rtol : number(default_rtol(self));
    if (!rtol && atol)
        relative = pointwise(
            kPromote, [](Expr a, Expr r) { return where(a > 0, 0, r); }, *atol, default_rtol(self));
    return rank_by(self, atol ? *atol : number(0), relative, hermitian);
}

/// Norm of a matrix times the norm of its inverse; by singular values for order 2, -2 and by default.
Tensor cond(const Tensor& self, std::optional<Scalar> p) {
    WICK_CHECK(self.dim() >= 2, "linalg.cond: The input tensor A must have at least 2 dimensions.");
    const double order = p ? p->to_double() : 2;
    if (std::abs(order) == 2) {
        const Tensor s = call_operator("aten::linalg_svdvals", {self}).to_tensor();
        const Tensor large = recorded::select(s, -1, 0), small = recorded::select(s, -1, s.size(-1) - 1);
        return order > 0 ? recorded::divide(large, small) : recorded::divide(small, large);
    }
    const auto norm = [&](const Tensor& a) { return call_operator("aten::linalg_matrix_norm", {a, *p}).to_tensor(); };
    WICK_CHECK(self.size(-1) == self.size(-2),
               "linalg.cond: A must be batches of square matrices, but they are {} by {} matrices", self.size(-2),
               self.size(-1));
    return recorded::multiply(norm(self), norm(call_operator("aten::linalg_inv", {self}).to_tensor()));
}

Tensor cond_by_name(const Tensor& self, std::string_view p) {
    const auto norm = [&](const Tensor& a) {
        return call_operator("aten::linalg_matrix_norm.str_ord", {a, p}).to_tensor();
    };
    return recorded::multiply(norm(self), norm(call_operator("aten::linalg_inv", {self}).to_tensor()));
}

/// v scaled to the norm g along a dimension, and the norms that v had.
std::tuple<Tensor, Tensor> weight_norm(const Tensor& v, const Tensor& g, int64_t dim) {
    const Tensor norms = norm_except_dim(v, 2, dim);
    return {recorded::multiply(v, recorded::divide(g, norms)), norms};
}

}  // namespace

void register_linalg_compose(Registry& ops) {
    // The exponential of [[A, X], [0, A]] has the derivative of exp at A in direction X in its corner.
    ops.add("wick::matrix_exp_backward(Tensor grad, Tensor self) -> Tensor").composite(R"(
def matrix_exp_backward(grad: Tensor, self: Tensor) -> Tensor:
    n = self.size(-1)
    adjoint = self.transpose(-2, -1).conj()
    above = torch.cat([adjoint, grad], -1)
    below = torch.cat([torch.zeros_like(grad), adjoint], -1)
    return torch.linalg_matrix_exp(torch.cat([above, below], -2)).narrow(-2, 0, n).narrow(-1, n, n)
)");
    ops.add("aten::kron(Tensor self, Tensor other) -> Tensor").kernel(&kron).out().differentiated_by_parts();
    ops.add("aten::dist(Tensor self, Tensor other, Scalar p=2) -> Tensor")
        .kernel(&dist)
        .out()
        .differentiated_by_parts();
    ops.add("aten::vdot(Tensor self, Tensor other) -> Tensor").kernel(&vdot).out().differentiated_by_parts();
    ops.add("aten::linalg_vecdot(Tensor x, Tensor y, *, int dim=-1) -> Tensor")
        .kernel(&vecdot)
        .out()
        .differentiated_by_parts();
    ops.add("aten::linalg_diagonal(Tensor(a) A, *, int offset=0, int dim1=-2, int dim2=-1) -> Tensor(a)")
        .kernel(&diagonal)
        .derivative("A", "torch.diagonal_backward(grad, A.size(), offset, dim1, dim2)");
    ops.add("aten::renorm(Tensor self, Scalar p, int dim, Scalar maxnorm) -> Tensor")
        .kernel(&renorm)
        .inplace()
        .out()
        .differentiated_by_parts();
    ops.add("aten::_euclidean_dist(Tensor x1, Tensor x2) -> Tensor")
        .kernel([](const Tensor& a, const Tensor& b) {
            return call_operator("aten::cdist", {a, b}).to_tensor();
        })
        .out()
        .differentiated_by_parts();
    ops.add("aten::norm_except_dim(Tensor v, int pow=2, int dim=0) -> Tensor")
        .kernel(&norm_except_dim)
        .differentiated_by_parts();
    ops.add("aten::_weight_norm_interface(Tensor v, Tensor g, int dim=0) -> (Tensor, Tensor)")
        .kernel(&weight_norm)
        .out("", {"out0", "out1"})
        .differentiated_by_parts();
    ops.add("aten::linalg_tensorinv(Tensor self, int ind=2) -> Tensor")
        .kernel(&tensorinv)
        .out()
        .differentiated_by_parts();
    ops.add("aten::linalg_tensorsolve(Tensor self, Tensor other, int[]? dims=None) -> Tensor")
        .kernel(&tensorsolve)
        .out()
        .differentiated_by_parts();
    ops.add("aten::linalg_matrix_exp(Tensor self) -> Tensor")
        .kernel(&matrix_exp)
        .out()
        .derivative("self", "ops.wick.matrix_exp_backward(grad, self)");
    ops.add("aten::matrix_exp(Tensor self) -> Tensor")
        .kernel(&matrix_exp)
        .derivative("self", "ops.wick.matrix_exp_backward(grad, self)");
    ops.add(
           "aten::linalg_matrix_rank.atol_rtol_float(Tensor self, *, float? atol=None, float? rtol=None, bool "
           "hermitian=False) -> Tensor")
        .kernel(&rank_float)
        .out();
    ops.add(
           "aten::linalg_matrix_rank.atol_rtol_tensor(Tensor input, *, Tensor? atol=None, Tensor? rtol=None, bool "
           "hermitian=False) -> Tensor")
        .kernel(&rank_tensor)
        .out();
    ops.add("aten::linalg_matrix_rank(Tensor self, float tol, bool hermitian=False) -> Tensor")
        .kernel([](const Tensor& self, double tol, bool hermitian) { return rank_float(self, tol, 0.0, hermitian); })
        .out();
    ops.add("aten::linalg_matrix_rank.tol_tensor(Tensor input, Tensor tol, bool hermitian=False) -> Tensor")
        .kernel([](const Tensor& self, const Tensor& tol, bool hermitian) {
            return rank_tensor(self, tol, number(0), hermitian);
        })
        .out("out_tol_tensor");
    ops.add("aten::linalg_cond(Tensor self, Scalar? p=None) -> Tensor").kernel(&cond).out().differentiated_by_parts();
    ops.add("aten::linalg_cond.p_str(Tensor self, str p) -> Tensor")
        .kernel(&cond_by_name)
        .out()
        .differentiated_by_parts();
}

}  // namespace wick::jit
