// Norms of vectors and matrices.

#include <cmath>
#include <limits>

#include "ops/families.h"
#include "ops/pointwise.h"
#include "ops/reduce.h"

namespace wick::ops {

using Dims = std::optional<DimVector>;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// (sum |x|^p)^(1/p), with the orders that need no power treated on their own.
template <class T>
struct NormReducer {
    using Value = T;
    using Acc = double;
    using Result = T;
    double order;
    double identity() const { return order == -kInfinity ? kInfinity : 0; }
    void add(double& a, T v) const {
        const double x = std::abs(static_cast<double>(v));
        if (order == 2) {
            a += x * x;
        } else if (order == 1) {
            a += x;
        } else if (order == 0) {
            a += x != 0;
        } else if (order == kInfinity) {
            a = x > a || x != x ? x : a;
        } else if (order == -kInfinity) {
            a = x < a || x != x ? x : a;
        } else {
            a += std::pow(x, order);
        }
    }
    void merge(double& a, const double& b) const {
        if (order == kInfinity) {
            a = b > a || b != b ? b : a;
        } else if (order == -kInfinity) {
            a = b < a || b != b ? b : a;
        } else {
            a += b;
        }
    }
    T finish(const double& a, int64_t) const {
        if (order == 2) return static_cast<T>(std::sqrt(a));
        if (order == 0 || order == 1 || std::isinf(order)) return static_cast<T>(a);
        return static_cast<T>(std::pow(a, 1 / order));
    }
};

/// Singular values of one row-major m×n matrix in double, by one-sided Jacobi rotations of its columns (m >= n).
std::vector<double> singular_values(std::vector<double> a, int64_t m, int64_t n) {
    constexpr int kSweeps = 60;
    for (int sweep = 0; sweep < kSweeps; ++sweep) {
        bool rotated = false;
        for (int64_t p = 0; p < n; ++p) {
            for (int64_t q = p + 1; q < n; ++q) {
                double alpha = 0;
                double beta = 0;
                double gamma = 0;
                for (int64_t i = 0; i < m; ++i) {
                    alpha += a[i * n + p] * a[i * n + p];
                    beta += a[i * n + q] * a[i * n + q];
                    gamma += a[i * n + p] * a[i * n + q];
                }
                if (gamma == 0 || std::abs(gamma) <= 1e-15 * std::sqrt(alpha * beta)) continue;
                rotated = true;
                const double zeta = (beta - alpha) / (2 * gamma);
                const double t = std::copysign(1 / (std::abs(zeta) + std::sqrt(1 + zeta * zeta)), zeta);
                const double c = 1 / std::sqrt(1 + t * t);
                const double s = c * t;
                for (int64_t i = 0; i < m; ++i) {
                    const double x = a[i * n + p];
                    const double y = a[i * n + q];
                    a[i * n + p] = c * x - s * y;
                    a[i * n + q] = s * x + c * y;
                }
            }
        }
        if (!rotated) break;
    }
    std::vector<double> values(static_cast<size_t>(n));
    for (int64_t j = 0; j < n; ++j) {
        double squares = 0;
        for (int64_t i = 0; i < m; ++i) squares += a[i * n + j] * a[i * n + j];
        values[j] = std::sqrt(squares);
    }
    std::sort(values.rbegin(), values.rend());
    return values;
}

/// Singular values of every matrix in the last two dimensions, in descending order.
Tensor batched_singular_values(const Tensor& self) {
    const int64_t rows = self.size(-2);
    const int64_t columns = self.size(-1);
    const Tensor x = contiguous(to_dtype(rows >= columns ? self : transpose(self, -2, -1), DType::float64));
    const int64_t m = std::max(rows, columns);
    const int64_t n = std::min(rows, columns);
    DimVector sizes(self.sizes().slice(0, self.dim() - 2));
    sizes.push_back(n);
    Tensor result = empty(sizes, DType::float64);
    const int64_t matrices = checked_numel(self.sizes().slice(0, self.dim() - 2));
    double* out = result.mutable_data<double>();
    for (int64_t i = 0; i < matrices; ++i) {
        const double* matrix = x.data<double>() + i * m * n;
        const std::vector<double> values = singular_values({matrix, matrix + m * n}, m, n);
        std::copy(values.begin(), values.end(), out + i * n);
    }
    return to_dtype(result, self.dtype());
}

/// The two dimensions of a matrix norm, moved to the end.
Tensor matrices_last(const Tensor& self, IntArrayRef dims, std::string_view name) {
    WICK_CHECK(dims.size() == 2, "{}: dim must be a 2-tuple. Got {}", name, format_sizes(dims));
    WICK_CHECK(self.dim() >= 2, "{}: The input tensor A must have at least 2 dimensions.", name);
    const int64_t a = wrap_dim(dims[0], self.dim());
    const int64_t b = wrap_dim(dims[1], self.dim());
    WICK_CHECK(a != b, "{}: dims must be different. Got ({}, {})", name, dims[0], dims[1]);
    DimVector order;
    for (int64_t d = 0; d < self.dim(); ++d)
        if (d != a && d != b) order.push_back(d);
    order.push_back(a);
    order.push_back(b);
    return permute(self, order);
}

Tensor restore_dims(const Tensor& result, const Tensor& self, IntArrayRef dims, bool keepdim) {
    if (!keepdim) return result;
    return view(result, ReducedDims(self, DimVector(dims)).result_sizes(self, true));
}

Tensor nuclear_norm(const Tensor& self, IntArrayRef dims, bool keepdim) {
    return restore_dims(sum(batched_singular_values(matrices_last(self, dims, "linalg.matrix_norm")), DimVector{-1}), self, dims, keepdim);
}

Tensor frobenius_norm(const Tensor& self, const Dims& dims, bool keepdim) { return vector_norm(self, 2, dims, keepdim); }

Tensor with_dtype(const Tensor& self, std::optional<DType> dtype) { return dtype ? to_dtype(self, *dtype) : self; }

Tensor matrix_norm(const Tensor& input, double order, IntArrayRef dims, bool keepdim, std::optional<DType> dtype) {
    const Tensor self = with_dtype(input, dtype);
    const Tensor x = matrices_last(self, dims, "linalg.matrix_norm");
    const bool smallest = order < 0;
    const double kind = std::abs(order);
    Tensor result;
    if (kind == 2) {
        const Tensor values = batched_singular_values(x);
        result = smallest ? amin(values, DimVector{-1}) : amax(values, DimVector{-1});
    } else {
        WICK_CHECK(kind == 1 || kind == kInfinity, "linalg.matrix_norm: Order {} not supported.", order);
        const Tensor totals = vector_norm(x, 1, DimVector{kind == 1 ? -2 : -1});
        result = smallest ? amin(totals, DimVector{-1}) : amax(totals, DimVector{-1});
    }
    return restore_dims(result, self, dims, keepdim);
}

Tensor matrix_norm_named(const Tensor& self, std::string_view order, IntArrayRef dims, bool keepdim, std::optional<DType> dtype) {
    if (order == "fro") return frobenius_norm(with_dtype(self, dtype), DimVector(dims), keepdim);
    WICK_CHECK(order == "nuc", "linalg.matrix_norm: Order {} not supported.", order);
    return nuclear_norm(with_dtype(self, dtype), dims, keepdim);
}

Tensor linalg_norm(const Tensor& self, std::optional<Scalar> order, const Dims& dims, bool keepdim, std::optional<DType> dtype) {
    const bool matrix = order && ((dims && dims->size() == 2) || (!dims && self.dim() == 2));
    if (matrix) return matrix_norm(self, order->to_double(), dims ? *dims : DimVector{0, 1}, keepdim, dtype);
    WICK_CHECK(!order || dims || self.dim() <= 2, "linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {}D.",
               self.dim());
    return vector_norm(self, order ? order->to_double() : 2, dims, keepdim, dtype);
}

}  // namespace

Tensor vector_norm(const Tensor& input, double order, const Dims& dims, bool keepdim, std::optional<DType> dtype) {
    const Tensor self = is_complex(input.dtype()) ? pointwise(kReal, [](Expr x) { return abs(x); }, input) : input;
    const DType type = dtype.value_or(self.dtype());
    WICK_CHECK(is_floating(type), "linalg.vector_norm: Expected a floating point or complex tensor as input. Got {}", scalar_name_of(type));
    const ReducedDims reduced(self, dims);
    if (type == DType::float64) return reduce(to_dtype(self, type), NormReducer<double>{order}, reduced, keepdim);
    return to_dtype(reduce(to_dtype(self, DType::float32), NormReducer<float>{order}, reduced, keepdim), type);
}

}  // namespace wick::ops

namespace wick::jit {
namespace {

using namespace ops;
using MaybeDType = std::optional<DType>;

double order_or_2(const std::optional<Scalar>& p) { return p ? p->to_double() : 2.0; }

}  // namespace

void register_reduction_norm(Registry& ops) {
    ops.add("aten::linalg_vector_norm(Tensor self, Scalar ord=2, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor")
        .kernel([](const Tensor& self, Scalar ord, Dims dim, bool keepdim, MaybeDType dtype) {
            return vector_norm(self, ord.to_double(), dim, keepdim, dtype);
        })
        .out();
    ops.add("aten::linalg_matrix_norm(Tensor self, Scalar ord, int[] dim=[-2, -1], bool keepdim=False, *, ScalarType? dtype=None) -> Tensor")
        .kernel([](const Tensor& self, Scalar ord, IntList dim, bool keepdim, MaybeDType dtype) {
            return matrix_norm(self, ord.to_double(), dim, keepdim, dtype);
        })
        .out();
    ops.add("aten::linalg_matrix_norm.str_ord(Tensor self, str ord=\"fro\", int[] dim=[-2, -1], bool keepdim=False, *, ScalarType? dtype=None) -> Tensor")
        .kernel([](const Tensor& self, std::string_view ord, IntList dim, bool keepdim, MaybeDType dtype) {
            return matrix_norm_named(self, ord, dim, keepdim, dtype);
        })
        .out();
    ops.add("aten::linalg_norm(Tensor self, Scalar? ord=None, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor")
        .kernel(&linalg_norm)
        .out();
    ops.add("aten::linalg_norm.ord_str(Tensor self, str ord, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor")
        .kernel([](const Tensor& self, std::string_view ord, Dims dim, bool keepdim, MaybeDType dtype) {
            return matrix_norm_named(self, ord, dim ? *dim : DimVector{-2, -1}, keepdim, dtype);
        })
        .out();
    ops.add("aten::norm.Scalar(Tensor self, Scalar p=2) -> Tensor")
        .kernel([](const Tensor& self, Scalar p) { return vector_norm(self, p.to_double()); })
        .out();
    ops.add("aten::norm.ScalarOpt_dim(Tensor self, Scalar? p, int[1] dim, bool keepdim=False) -> Tensor")
        .kernel([](const Tensor& self, std::optional<Scalar> p, IntList dim, bool keepdim) {
            return vector_norm(self, order_or_2(p), dim, keepdim);
        })
        .out("out");
    ops.add("aten::norm.ScalarOpt_dim_dtype(Tensor self, Scalar? p, int[1] dim, bool keepdim, *, ScalarType dtype) -> Tensor")
        .kernel([](const Tensor& self, std::optional<Scalar> p, IntList dim, bool keepdim, DType dtype) {
            return vector_norm(self, order_or_2(p), dim, keepdim, dtype);
        })
        .out("dtype_out");
    ops.add("aten::norm.ScalarOpt_dtype(Tensor self, Scalar? p, *, ScalarType dtype) -> Tensor")
        .kernel([](const Tensor& self, std::optional<Scalar> p, DType dtype) { return vector_norm(self, order_or_2(p), {}, false, dtype); })
        .out();
    ops.add("aten::frobenius_norm(Tensor self) -> Tensor").kernel([](const Tensor& self) { return frobenius_norm(self, {}, false); });
    ops.add("aten::frobenius_norm.dim(Tensor self, int[1] dim, bool keepdim=False) -> Tensor")
        .kernel([](const Tensor& self, IntList dim, bool keepdim) { return frobenius_norm(self, dim, keepdim); })
        .out("out");
    ops.add("aten::nuclear_norm(Tensor self, bool keepdim=False) -> Tensor")
        .kernel([](const Tensor& self, bool keepdim) {
            WICK_CHECK(self.dim() == 2, "Expected a tensor with 2 dimensions, but got a tensor with {} dimensions instead.", self.dim());
            return nuclear_norm(self, {0, 1}, keepdim);
        })
        .out();
    ops.add("aten::nuclear_norm.dim(Tensor self, int[2] dim, bool keepdim=False) -> Tensor")
        .kernel([](const Tensor& self, IntList dim, bool keepdim) { return nuclear_norm(self, dim, keepdim); })
        .out();
    ops.add("aten::linalg_svdvals(Tensor A, *, str? driver=None) -> Tensor")
        .kernel([](const Tensor& a, std::optional<std::string_view>) { return batched_singular_values(a); })
        .out();
    ops.add("aten::dist(Tensor self, Tensor other, Scalar p=2) -> Tensor").kernel([](const Tensor& self, const Tensor& other, Scalar p) {
        return vector_norm(pointwise(kPromote, [](Expr a, Expr b) { return a - b; }, self, other), p.to_double());
    });
}

}  // namespace wick::jit
