// Vector and matrix norms (torch.linalg.vector_norm, matrix_norm, norm) and distances between points.
//
// Vector norm of order p: 0 counts non-zeros, inf and -inf take the largest and smallest magnitude, any other p is
// (sum |x|^p)^(1/p). Matrix norms: fro (all elements, p = 2), nuc (sum of singular values), ±inf and ±1 (largest or
// smallest row or column sum), ±2 (largest or smallest singular value).
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <wick/support/parallel.h>

#include "kernels/gemm.h"
#include "ops/families.h"
#include "ops/nn_common.h"
#include "ops/recorded.h"
#include "ops/registry.h"

namespace wick::jit {

using namespace ops;

namespace {

/// Accumulates |x| of one vector in double.
struct PowerSum {
    explicit PowerSum(double p) : p(p), value(p == -kInfinity ? kInfinity : 0) {}
    void add(double magnitude) {
        if (std::isnan(magnitude)) {
            value = magnitude;
        } else if (p == 2) {
            value += magnitude * magnitude;
        } else if (p == 1) {
            value += magnitude;
        } else if (p == 0) {
            value += magnitude != 0;
        } else if (p == kInfinity) {
            if (magnitude > value) value = magnitude;
        } else if (p == -kInfinity) {
            if (magnitude < value) value = magnitude;
        } else {
            value += std::pow(magnitude, p);
        }
    }
    double result() const {
        if (p == 2) return std::sqrt(value);
        if (p == 0 || p == 1 || std::isinf(p)) return value;
        return std::pow(value, 1 / p);
    }
    static constexpr double kInfinity = std::numeric_limits<double>::infinity();
    const double p;
    double value;
};

double magnitude_of(double x) { return std::abs(x); }
double magnitude_of(std::complex<double> x) { return std::abs(x); }
double magnitude_of(std::complex<float> x) { return std::abs(std::complex<double>(x)); }

/// The dimensions named, wrapped; all of them when there are none.
std::vector<bool> dim_mask(const std::optional<IntList>& dims, int64_t rank) {
    std::vector<bool> mask(static_cast<size_t>(rank), !dims || dims->empty());
    if (!dims) return mask;
    for (int64_t d : *dims) {
        const int64_t at = wrap_dim(d, rank);
        if (rank == 0) continue;
        WICK_CHECK(dims->empty() || !mask[static_cast<size_t>(at)], "dim {} appears multiple times in the list of dims",
                   at);
        mask[static_cast<size_t>(at)] = true;
    }
    return mask;
}

DType norm_dtype(const Tensor& self, std::optional<DType> dtype, std::string_view op) {
    WICK_CHECK(is_floating(self.dtype()) || is_complex(self.dtype()),
               "{}: Expected a floating point or complex tensor as input. Got {}", op, scalar_name_of(self.dtype()));
    return dtype ? to_real(*dtype) : to_real(self.dtype());
}

Tensor vector_norm_of(const Tensor& self, double p, const std::optional<IntList>& dims, bool keepdim,
                      std::optional<DType> dtype, std::string_view op) {
    const DType result_dtype = norm_dtype(self, dtype, op);
    const std::vector<bool> reduced = dim_mask(dims, self.dim());
    std::vector<int64_t> order;
    DimVector sizes;
    int64_t rows = 1;
    for (int64_t d = 0; d < self.dim(); ++d) {
        if (reduced[static_cast<size_t>(d)]) {
            if (keepdim) sizes.push_back(1);
            continue;
        }
        order.push_back(d);
        sizes.push_back(self.size(d));
        rows *= self.size(d);
    }
    for (int64_t d = 0; d < self.dim(); ++d)
        if (reduced[static_cast<size_t>(d)]) order.push_back(d);
    int64_t n = 1;
    for (int64_t d = 0; d < self.dim(); ++d)
        if (reduced[static_cast<size_t>(d)]) n *= self.size(d);
    WICK_CHECK(n > 0 || rows == 0 || (p >= 0 && !std::isinf(p)),
               "{}: cannot compute the {} norm on an empty dimension because the operation does not have an identity",
               op, p);
    const Tensor x = compute_input(permute(self, order));
    const Tensor out = empty(sizes, compute_dtype(result_dtype));
    dispatch_dtype(x.dtype(), [&]<class T>() {
        if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double> || std::is_same_v<T, std::complex<float>> ||
                      std::is_same_v<T, std::complex<double>>) {
            const T* from = x.data<T>();
            const Tensor norms = empty({rows}, DType::float64);
            double* to = norms.mutable_data<double>();
            parallel_for(0, rows, std::max<int64_t>(1, 16384 / (n + 1)), [&](int64_t begin, int64_t end) {
                for (int64_t r = begin; r < end; ++r) {
                    PowerSum sum(p);
                    for (int64_t i = 0; i < n; ++i) sum.add(magnitude_of(from[r * n + i]));
                    to[r] = sum.result();
                }
            });
            copy_into(out, view(norms, sizes));
        }
    });
    return to_dtype(out, result_dtype);
}

Tensor vector_norm(const Tensor& self, Scalar ord, const std::optional<IntList>& dim, bool keepdim,
                   std::optional<DType> dtype) {
    return vector_norm_of(self, ord.to_double(), dim, keepdim, dtype, "linalg.vector_norm");
}

std::pair<int64_t, int64_t> matrix_dims(const Tensor& self, const IntList& dims, std::string_view op) {
    WICK_CHECK(dims.size() == 2, "{}: dim must be a 2-tuple. Got {}", op, format_sizes(dims));
    WICK_CHECK(self.dim() >= 2, "{}: The input tensor A must have at least 2 dimensions.", op);
    const int64_t row = wrap_dim(dims[0], self.dim()), column = wrap_dim(dims[1], self.dim());
    WICK_CHECK(row != column, "{}: dims must be different. Got {}", op, format_sizes(dims));
    return {row, column};
}

// What follows calls operators only: matrix norms are differentiated by parts.

Tensor norm_by_operator(const Tensor& self, double p, const std::optional<IntList>& dims, bool keepdim,
                        std::optional<DType> dtype) {
    return recorded::call("aten::linalg_vector_norm", self, p, dims ? IValue(IntArrayRef(*dims).vec()) : IValue(),
                          keepdim, dtype ? IValue(static_cast<int64_t>(*dtype)) : IValue());
}

/// The largest, the smallest or the sum of the singular values of the matrices in two dimensions.
Tensor fold_singular_values(const Tensor& self, int64_t row, int64_t column, bool keepdim, std::optional<DType> dtype,
                            std::string_view fold, std::string_view op) {
    const DType result_dtype = norm_dtype(self, dtype, op);
    DimVector order, sizes;
    for (int64_t d = 0; d < self.dim(); ++d) {
        const bool is_folded = d == row || d == column;
        if (!is_folded) order.push_back(d);
        if (!is_folded || keepdim) sizes.push_back(is_folded ? 1 : self.size(d));
    }
    order.push_back(row);
    order.push_back(column);
    const Tensor x = recorded::to_dtype(recorded::permute(self, order), DType::float64);
    const Tensor values = recorded::call("aten::linalg_svdvals", x);
    const Tensor folded = fold == "sum" || values.size(-1) == 0
                              ? recorded::sum(values, {-1})
                              : recorded::call(fold, values, std::vector<int64_t>{-1});
    return recorded::to_dtype(recorded::reshape(folded, sizes), result_dtype);
}

Tensor matrix_norm(const Tensor& self, Scalar ord, const IntList& dim, bool keepdim, std::optional<DType> dtype) {
    const auto [row, column] = matrix_dims(self, dim, "linalg.matrix_norm");
    const double p = ord.to_double(), magnitude = std::abs(p);
    WICK_CHECK(magnitude == 1 || magnitude == 2 || std::isinf(p), "linalg.matrix_norm: Order {} not supported.", p);
    if (magnitude == 2) {
        return fold_singular_values(self, row, column, keepdim, dtype, p > 0 ? "aten::amax" : "aten::amin",
                                    "linalg.matrix_norm");
    }
    // Sums of magnitudes along one dimension, then the extreme of them along the other.
    const int64_t summed = std::isinf(p) ? column : row, other = std::isinf(p) ? row : column;
    const Tensor sums = norm_by_operator(self, 1, IntList{summed}, true, dtype);
    const Tensor kept = recorded::call(p > 0 ? "aten::amax" : "aten::amin", sums, std::vector<int64_t>{other}, true);
    if (keepdim) return kept;
    return recorded::squeeze(recorded::squeeze(kept, std::max(row, column)), std::min(row, column));
}

Tensor matrix_norm_by_name(const Tensor& self, const std::string& ord, const IntList& dim, bool keepdim,
                           std::optional<DType> dtype) {
    const auto [row, column] = matrix_dims(self, dim, "linalg.matrix_norm");
    WICK_CHECK(ord == "fro" || ord == "nuc", "linalg.matrix_norm: Order {} not supported.", ord);
    if (ord == "fro") return norm_by_operator(self, 2, dim, keepdim, dtype);
    return fold_singular_values(self, row, column, keepdim, dtype, "sum", "linalg.matrix_norm");
}

Tensor linalg_norm(const Tensor& self, std::optional<Scalar> ord, const std::optional<IntList>& dim, bool keepdim,
                   std::optional<DType> dtype) {
    if (!ord) return norm_by_operator(self, 2, dim, keepdim, dtype);
    const bool matrix = dim ? dim->size() == 2 : self.dim() == 2;
    WICK_CHECK(dim || self.dim() == 1 || self.dim() == 2,
               "linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {}D.", self.dim());
    return matrix ? matrix_norm(self, *ord, dim.value_or(IntList{0, 1}), keepdim, dtype)
                  : norm_by_operator(self, ord->to_double(), dim, keepdim, dtype);
}

Tensor linalg_norm_by_name(const Tensor& self, const std::string& ord, const std::optional<IntList>& dim, bool keepdim,
                           std::optional<DType> dtype) {
    WICK_CHECK(dim || self.dim() == 2,
               "linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {}D.", self.dim());
    return matrix_norm_by_name(self, ord, dim.value_or(IntList{0, 1}), keepdim, dtype);
}

// torch.norm.
Tensor norm_scalar(const Tensor& self, Scalar p) {
    return vector_norm_of(self, p.to_double(), std::nullopt, false, std::nullopt, "norm");
}
double order_of(const std::optional<Scalar>& p) { return p ? p->to_double() : 2; }
Tensor norm_dim(const Tensor& self, std::optional<Scalar> p, const IntList& dim, bool keepdim) {
    return vector_norm_of(self, order_of(p), dim, keepdim, std::nullopt, "norm");
}
Tensor norm_dim_dtype(const Tensor& self, std::optional<Scalar> p, const IntList& dim, bool keepdim, DType dtype) {
    return vector_norm_of(self, order_of(p), dim, keepdim, dtype, "norm");
}
Tensor norm_dtype_only(const Tensor& self, std::optional<Scalar> p, DType dtype) {
    return vector_norm_of(self, order_of(p), std::nullopt, false, dtype, "norm");
}
Tensor frobenius_norm(const Tensor& self) {
    return vector_norm_of(self, 2, std::nullopt, false, std::nullopt, "frobenius_norm");
}
Tensor frobenius_norm_dim(const Tensor& self, const IntList& dim, bool keepdim) {
    WICK_CHECK(dim.size() <= 2, "Expected at most 2 dimensions, but got {} dimensions instead.", dim.size());
    return vector_norm_of(self, 2, dim, keepdim, std::nullopt, "frobenius_norm");
}
Tensor nuclear_norm(const Tensor& self, bool keepdim) {
    WICK_CHECK(self.dim() == 2, "Expected a tensor with 2 dimensions, but got a tensor with {} dimensions instead.",
               self.dim());
    return matrix_norm_by_name(self, "nuc", {-2, -1}, keepdim, std::nullopt);
}
Tensor nuclear_norm_dim(const Tensor& self, const IntList& dim, bool keepdim) {
    return matrix_norm_by_name(self, "nuc", dim, keepdim, std::nullopt);
}

/// Distances between the rows of self[N, M]: of every pair i < j, in that order.
Tensor pdist(const Tensor& self, double p) {
    WICK_CHECK(self.dim() == 2, "pdist only supports 2D tensors, got: {}D", self.dim());
    WICK_CHECK(is_floating(self.dtype()), "pdist only supports floating-point dtypes");
    WICK_CHECK(p >= 0, "pdist only supports non-negative p values");
    const int64_t rows = self.size(0);
    std::vector<int64_t> pairs;
    for (int64_t i = 0; i < rows; ++i)
        for (int64_t j = i + 1; j < rows; ++j) pairs.push_back(i * rows + j);
    return recorded::call("aten::take", recorded::call("aten::cdist", self, self, p), int_tensor(pairs));
}

/// From here on distances are made of products.
constexpr int64_t kManyProducts = 16384;

/// Of floats: |x - y|^2 = |x|^2 + |y|^2 - 2 x . y in double, about the first row of y, so that what all have in common
/// takes no digits. Neighbours for whom too few are left are measured as they are.
void euclidean_distances(const Tensor& x_in, const Tensor& y_in, const Tensor& out, int64_t batches) {
    const Tensor x = contiguous(to_dtype(x_in, DType::float64)), y = contiguous(to_dtype(y_in, DType::float64));
    const int64_t rows = x.size(-2), columns = y.size(-2), width = x.size(-1);
    std::vector<double> left(static_cast<size_t>(rows * width)), right(static_cast<size_t>(columns * width)),
        products(static_cast<size_t>(rows * columns)), left_squares(static_cast<size_t>(rows)),
        right_squares(static_cast<size_t>(columns)), origin(static_cast<size_t>(width));
    for (int64_t i = 0; i < batches; ++i) {
        const double* const first = y.data<double>() + i * columns * width;
        for (int64_t k = 0; k < width; ++k) origin[static_cast<size_t>(k)] = std::isfinite(first[k]) ? first[k] : 0;
        const auto centre = [&](const double* from, int64_t count, std::vector<double>& to,
                                std::vector<double>& squares) {
            for (int64_t r = 0; r < count; ++r) {
                double* row = to.data() + r * width;
                for (int64_t k = 0; k < width; ++k) row[k] = from[r * width + k] - origin[static_cast<size_t>(k)];
                squares[static_cast<size_t>(r)] = std::inner_product(row, row + width, row, 0.0);
            }
        };
        centre(x.data<double>() + i * rows * width, rows, left, left_squares);
        centre(first, columns, right, right_squares);
        kernels::gemm<double>(rows, columns, width, -2, {left.data(), width, 1}, {right.data(), 1, width}, 0,
                              products.data(), columns);
        float* to = out.mutable_data<float>() + i * rows * columns;
        for (int64_t r = 0; r < rows; ++r) {
            for (int64_t c = 0; c < columns; ++c) {
                const double both = left_squares[static_cast<size_t>(r)] + right_squares[static_cast<size_t>(c)];
                double square = both + products[static_cast<size_t>(r * columns + c)];
                if (square <= 1e-8 * both) {
                    square = 0;
                    const double *p = left.data() + r * width, *q = right.data() + c * width;
                    for (int64_t k = 0; k < width; ++k) square += (p[k] - q[k]) * (p[k] - q[k]);
                }
                to[r * columns + c] = static_cast<float>(std::sqrt(square));
            }
        }
    }
}

/// Distances between every row of x1[…, P, M] and every row of x2[…, R, M].
Tensor cdist(const Tensor& x1, const Tensor& x2, double p, std::optional<int64_t>) {
    WICK_CHECK(x1.dim() >= 2 && x2.dim() >= 2, "cdist only supports at least 2D tensors, X1 got: {}D, X2 got: {}D",
               x1.dim(), x2.dim());
    WICK_CHECK(x1.size(-1) == x2.size(-1), "X1 and X2 must have the same number of columns. X1: {} X2: {}", x1.size(-1),
               x2.size(-1));
    WICK_CHECK(p >= 0, "cdist only supports non-negative p values");
    WICK_CHECK(x1.dtype() == x2.dtype() && is_floating(x1.dtype()),
               "cdist only supports floating-point dtypes, X1 got: {}", scalar_name_of(x1.dtype()));
    const int64_t rows = x1.size(-2), columns = x2.size(-2), width = x1.size(-1);
    const DimVector lead =
        broadcast_sizes(x1.sizes().slice(0, x1.sizes().size() - 2), x2.sizes().slice(0, x2.sizes().size() - 2));
    const auto full_rows = [&](const Tensor& t) {
        DimVector sizes(lead);
        sizes.push_back(t.size(-2));
        sizes.push_back(width);
        return compute_input(expand(t, sizes));
    };
    const Tensor a = full_rows(x1), b = full_rows(x2);
    DimVector sizes(lead);
    sizes.push_back(rows);
    sizes.push_back(columns);
    const Tensor out = empty(sizes, a.dtype());
    const int64_t batches = checked_numel(lead);
    if (p == 2 && a.dtype() == DType::float32 && rows * columns * width >= kManyProducts) {
        euclidean_distances(a, b, out, batches);
        return to_dtype(out, x1.dtype());
    }
    dispatch_float(a.dtype(), "cdist", [&]<class T>() {
        T* to = out.mutable_data<T>();
        parallel_for(0, batches * rows, std::max<int64_t>(1, 16384 / (columns * width + 1)),
                     [&](int64_t begin, int64_t end) {
                         for (int64_t i = begin; i < end; ++i) {
                             const T* left = a.data<T>() + i * width;
                             const T* right = b.data<T>() + i / rows * columns * width;
                             for (int64_t j = 0; j < columns; ++j, right += width) {
                                 if (p == 2) {
                                     T sum = 0;
                                     for (int64_t k = 0; k < width; ++k)
                                         sum += (left[k] - right[k]) * (left[k] - right[k]);
                                     to[i * columns + j] = std::sqrt(sum);
                                     continue;
                                 }
                                 PowerSum sum(p);
                                 for (int64_t k = 0; k < width; ++k)
                                     sum.add(std::abs(static_cast<double>(left[k]) - static_cast<double>(right[k])));
                                 to[i * columns + j] = static_cast<T>(sum.result());
                             }
                         }
                     });
    });
    return to_dtype(out, x1.dtype());
}

}  // namespace

void register_linalg_norm(Registry& ops) {
    // Nothing where the norm is not smooth: at 0, and for orders below 1 at each element that is 0.
    ops.add(
           "wick::vector_norm_backward(Tensor grad, Tensor self, float p, Tensor norm, int[]? dim, bool keepdim) -> "
           "Tensor")
        .composite(R"(
def vector_norm_backward(grad: Tensor, self: Tensor, p: float, norm: Tensor, dim: Optional[List[int]], keepdim: bool) -> Tensor:
    if p == 0.0:
        return torch.zeros_like(self)
    if p == 1.0:
        return self.sgn() * ops.wick.expand_reduced(grad, self.size(), dim, keepdim)
    zero = norm == 0
    if p >= 1.0 and p != float("inf"):
        divisor = norm.masked_fill(zero, 1)
        scale = (grad / (divisor if p == 2.0 else divisor.pow(p - 1))).masked_fill(zero, 0)
        scale = ops.wick.expand_reduced(scale, self.size(), dim, keepdim)
        if p == 2.0:
            return self * scale
        if p < 2.0:
            return self.sgn() * self.abs().pow(p - 1) * scale
        return self * self.abs().pow(p - 2) * scale
    grad = ops.wick.expand_reduced(grad, self.size(), dim, keepdim)
    norm = ops.wick.expand_reduced(norm, self.size(), dim, keepdim)
    if abs(p) == float("inf"):
        largest = (self.abs() == norm).logical_or(self.isnan())
        return self.sgn() * (grad / largest.sum(dim, True)) * largest
    return self.sgn() * self.abs().pow(p - 1).masked_fill(self == 0, 0) * grad * norm.pow(1 - p)
)");
    ops.add("aten::_cdist_backward(Tensor grad, Tensor x1, Tensor x2, float p, Tensor cdist) -> Tensor").composite(R"(
def _cdist_backward(grad: Tensor, x1: Tensor, x2: Tensor, p: float, cdist: Tensor) -> Tensor:
    if p == 2.0:
        weight = (grad / cdist.masked_fill(cdist == 0, 1)).masked_fill(cdist == 0, 0)
        return x1 * weight.sum(-1, True) - weight.matmul(x2)
    difference = x1.unsqueeze(-2) - x2.unsqueeze(-3)
    return ops.wick.vector_norm_backward(grad, difference, p, cdist, [-1], False).sum(-2)
)");
    ops.add(
           "aten::linalg_vector_norm(Tensor self, Scalar ord=2, int[1]? dim=None, bool keepdim=False, *, ScalarType? "
           "dtype=None) -> Tensor")
        .kernel(&vector_norm)
        .out()
        .derivative("self", "ops.wick.vector_norm_backward(grad, self, float(ord), result, dim, keepdim)");
    ops.add(
           "aten::linalg_matrix_norm(Tensor self, Scalar ord, int[] dim=[-2, -1], bool keepdim=False, *, ScalarType? "
           "dtype=None) -> Tensor")
        .kernel(&matrix_norm)
        .out()
        .differentiated_by_parts();
    ops.add(
           "aten::linalg_matrix_norm.str_ord(Tensor self, str ord=\"fro\", int[] dim=[-2, -1], bool keepdim=False, *, "
           "ScalarType? dtype=None) -> Tensor")
        .kernel(&matrix_norm_by_name)
        .out("str_ord_out")
        .differentiated_by_parts();
    ops.add(
           "aten::linalg_norm(Tensor self, Scalar? ord=None, int[1]? dim=None, bool keepdim=False, *, ScalarType? "
           "dtype=None) -> Tensor")
        .kernel(&linalg_norm)
        .out()
        .differentiated_by_parts();
    ops.add(
           "aten::linalg_norm.ord_str(Tensor self, str ord, int[1]? dim=None, bool keepdim=False, *, ScalarType? "
           "dtype=None) -> Tensor")
        .kernel(&linalg_norm_by_name)
        .out("ord_str_out")
        .differentiated_by_parts();
    ops.add("aten::norm.Scalar(Tensor self, Scalar p=2) -> Tensor")
        .kernel(&norm_scalar)
        .out("Scalar_out")
        .derivative("self", "ops.wick.vector_norm_backward(grad, self, float(p), result, None, False)");
    ops.add("aten::norm.ScalarOpt_dim(Tensor self, Scalar? p, int[1] dim, bool keepdim=False) -> Tensor")
        .kernel(&norm_dim)
        .out("out")
        .derivative("self",
                    "ops.wick.vector_norm_backward(grad, self, 2.0 if p is None else float(p), result, dim, keepdim)");
    ops.add(
           "aten::norm.ScalarOpt_dim_dtype(Tensor self, Scalar? p, int[1] dim, bool keepdim, *, ScalarType dtype) -> "
           "Tensor")
        .kernel(&norm_dim_dtype)
        .out("dtype_out")
        .derivative("self",
                    "ops.wick.vector_norm_backward(grad, self, 2.0 if p is None else float(p), result, dim, keepdim)");
    ops.add("aten::norm.ScalarOpt_dtype(Tensor self, Scalar? p, *, ScalarType dtype) -> Tensor")
        .kernel(&norm_dtype_only)
        .out("ScalarOpt_dtype_out")
        .derivative("self",
                    "ops.wick.vector_norm_backward(grad, self, 2.0 if p is None else float(p), result, None, False)");
    ops.add("aten::frobenius_norm(Tensor self) -> Tensor")
        .kernel(&frobenius_norm)
        .derivative("self", "ops.wick.vector_norm_backward(grad, self, 2.0, result, None, False)");
    ops.add("aten::frobenius_norm.dim(Tensor self, int[1] dim, bool keepdim=False) -> Tensor")
        .kernel(&frobenius_norm_dim)
        .out("out")
        .derivative("self", "ops.wick.vector_norm_backward(grad, self, 2.0, result, dim, keepdim)");
    ops.add("aten::nuclear_norm(Tensor self, bool keepdim=False) -> Tensor")
        .kernel(&nuclear_norm)
        .out("out")
        .differentiated_by_parts();
    ops.add("aten::nuclear_norm.dim(Tensor self, int[2] dim, bool keepdim=False) -> Tensor")
        .kernel(&nuclear_norm_dim)
        .out("dim_out")
        .differentiated_by_parts();
    ops.add("aten::cdist(Tensor x1, Tensor x2, float p=2., int? compute_mode=None) -> Tensor")
        .kernel(&cdist)
        .derivative("x1", "torch._cdist_backward(grad, x1, x2, p, result)")
        .derivative("x2", "torch._cdist_backward(grad.transpose(-2, -1), x2, x1, p, result.transpose(-2, -1))");
    ops.add("aten::pdist(Tensor self, float p=2.) -> Tensor").kernel(&pdist).differentiated_by_parts();
    ops.add("aten::_pdist_forward(Tensor self, float p=2.) -> Tensor").kernel(&pdist).out().differentiated_by_parts();
    ops.add("aten::_cdist_forward(Tensor x1, Tensor x2, float p, int? compute_mode) -> Tensor")
        .kernel(&cdist)
        .out()
        .derivative("x1", "torch._cdist_backward(grad, x1, x2, p, result)")
        .derivative("x2", "torch._cdist_backward(grad.transpose(-2, -1), x2, x1, p, result.transpose(-2, -1))");
}

}  // namespace wick::jit
