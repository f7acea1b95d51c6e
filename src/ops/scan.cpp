// Running sums, products and extremes; positions of extremes; differences.

#include <algorithm>
#include <cmath>

#include "ops/families.h"
#include "ops/op_errors.h"
#include "ops/pointwise.h"
#include "ops/recorded.h"
#include "ops/rows.h"
#include "ops/wrapping.h"

namespace wick::jit {
namespace {

using namespace ops;
using Pair = std::tuple<Tensor, Tensor>;
using MaybeDType = std::optional<DType>;

/// Type that running sums and products are carried in.
template <class T>
struct CarryOf {
    using type = Wrapping<T>;
};
template <>
struct CarryOf<float> {
    using type = double;
};
template <>
struct CarryOf<Half> {
    using type = float;
};
template <>
struct CarryOf<BFloat16> {
    using type = float;
};

template <bool kProduct, class Carry, class T>
void carry_on(Carry& carry, T value) {
    if constexpr (kProduct) {
        carry *= static_cast<Carry>(value);
    } else {
        carry += static_cast<Carry>(value);
    }
}

/// Along a dimension that is not the last: columns side by side.
template <bool kProduct>
Tensor running_columns(const Tensor& x, int64_t dim) {
    constexpr int64_t kColumns = 256;
    const Tensor result = empty(x.sizes(), x.dtype());
    if (x.numel() == 0) return result;
    int64_t inner = 1;
    for (int64_t d = dim + 1; d < x.dim(); ++d) inner *= x.size(d);
    const int64_t length = x.size(dim), outer = x.numel() / (length * inner);
    const int64_t pieces = (inner + kColumns - 1) / kColumns;
    const auto run = [&]<class T>() {
        using Carry = typename CarryOf<T>::type;
        const T* data = x.data<T>();
        T* out = result.mutable_data<T>();
        parallel_for(0, outer * pieces, std::max<int64_t>(1, kParallelGrain / 4 / (length * std::min(inner, kColumns))),
                     [&](int64_t begin, int64_t end) {
                         for (int64_t piece = begin; piece < end; ++piece) {
                             const int64_t first = piece % pieces * kColumns, n = std::min(kColumns, inner - first);
                             const int64_t at = piece / pieces * length * inner + first;
                             Carry carries[kColumns];
                             std::fill_n(carries, n, Carry(kProduct ? 1 : 0));
                             for (int64_t i = 0; i < length; ++i) {
                                 const T* __restrict__ from = data + at + i * inner;
                                 T* __restrict__ to = out + at + i * inner;
                                 for (int64_t k = 0; k < n; ++k) {
                                     carry_on<kProduct>(carries[k], from[k]);
                                     to[k] = static_cast<T>(carries[k]);
                                 }
                             }
                         }
                     });
    };
    x.dtype() == DType::float32   ? run.template operator()<float>()
    : x.dtype() == DType::float64 ? run.template operator()<double>()
                                  : run.template operator()<int64_t>();
    return result;
}

template <bool kProduct>
Tensor running(const Tensor& input, int64_t dim, MaybeDType dtype) {
    const DType type = dtype.value_or(is_integral(input.dtype(), true) ? DType::int64 : input.dtype());
    const int64_t d = wrap_dim(dim, input.dim());
    if (d + 1 < input.dim() && input.is_contiguous() &&
        (type == DType::float32 || type == DType::float64 || type == DType::int64))
        return running_columns<kProduct>(to_dtype(input, type), d);
    const Rows rows(to_dtype(input, type), dim);
    Tensor result = rows.make(rows.length, type);
    dispatch_dtype(type, [&]<class T>() {
        using Carry = typename CarryOf<T>::type;
        const T* data = rows.dense.data<T>();
        T* out = result.mutable_data<T>();
        rows.for_each([&](int64_t r) {
            Carry carry(kProduct ? 1 : 0);
            for (int64_t i = r * rows.length; i < (r + 1) * rows.length; ++i) {
                carry_on<kProduct>(carry, data[i]);
                out[i] = static_cast<T>(carry);
            }
        });
    });
    return rows.restore(result);
}

Tensor logcumsumexp(const Tensor& self, int64_t dim) {
    WICK_CHECK_IMPLEMENTED(!is_complex(self.dtype()), "logcumsumexp", self.dtype());
    const Rows rows(to_dtype(self, DType::float64), dim);
    Tensor result = rows.make(rows.length, DType::float64);
    const double* data = rows.dense.data<double>();
    double* out = result.mutable_data<double>();
    rows.for_each([&](int64_t r) {
        double total = -std::numeric_limits<double>::infinity();
        for (int64_t i = r * rows.length; i < (r + 1) * rows.length; ++i) {
            const double high = std::max(total, data[i]);
            total = std::isinf(high) ? high : high + std::log1p(std::exp(-std::abs(total - data[i])));
            out[i] = total;
        }
    });
    return to_dtype(rows.restore(result), self.dtype());
}

/// Whether `value` takes the place of `best`; NaN does from then on.
template <bool kMax, class T>
bool beats(T value, T best) {
    if (is_nan_value(best)) return false;
    return is_nan_value(value) || (kMax ? value > best : value < best);
}

template <bool kMax>
Pair running_extreme(const Tensor& self, int64_t dim) {
    const Rows rows(self, dim);
    Tensor values = rows.make(rows.length, self.dtype());
    Tensor indices = rows.make(rows.length, DType::int64);
    int64_t* at = indices.mutable_data<int64_t>();
    dispatch_ordered(self.dtype(), kMax ? "cummax" : "cummin", [&]<class T>() {
        const T* data = rows.dense.data<T>();
        T* out = values.mutable_data<T>();
        rows.for_each([&](int64_t r) {
            const T* row = data + r * rows.length;
            int64_t best = 0;
            for (int64_t i = 0; i < rows.length; ++i) {
                // The latest of equals, and every further NaN, moves the position on.
                if (i > 0 && (beats<kMax>(row[i], row[best]) || row[i] == row[best] || is_nan_value(row[i]))) best = i;
                out[r * rows.length + i] = row[best];
                at[r * rows.length + i] = best;
            }
        });
    });
    return {rows.restore(values), rows.restore(indices)};
}

/// Position of a row's first extreme. Blocks are searched for what their extreme is, several elements at a time, and
/// one for where it is.
template <bool kMax, class T>
int64_t first_extreme(const T* row, int64_t length) {
    int64_t best = 0, begin = 0;
    if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) {
        constexpr int64_t kLanes = 64 / sizeof(T), kBlock = 16 * kLanes;
        for (; begin + kBlock <= length; begin += kBlock) {
            const T* block = row + begin;
            T extremes[kLanes];
            bool is_nan[kLanes] = {};
            std::copy_n(block, kLanes, extremes);
            for (int64_t i = 0; i < kBlock; i += kLanes) {
                for (int64_t lane = 0; lane < kLanes; ++lane) {
                    const T value = block[i + lane];
                    extremes[lane] = (kMax ? value > extremes[lane] : value < extremes[lane]) ? value : extremes[lane];
                    is_nan[lane] |= value != value;
                }
            }
            if (std::any_of(is_nan, is_nan + kLanes, [](bool nan) { return nan; }))
                return begin + (std::find_if(block, block + kBlock, [](T value) { return value != value; }) - block);
            const T extreme =
                kMax ? *std::max_element(extremes, extremes + kLanes) : *std::min_element(extremes, extremes + kLanes);
            if (begin == 0 || beats<kMax>(extreme, row[best])) best = std::find(block, block + kBlock, extreme) - row;
        }
    }
    for (int64_t i = begin; i < length; ++i)
        if (beats<kMax>(row[i], row[best])) best = i;
    return best;
}

/// Values and positions of the first extremes of rows.
template <bool kMax>
Pair extreme_rows(const Rows& rows, bool keepdim, std::string_view name) {
    WICK_CHECK_INDEX(rows.length > 0, "{}(): Expected reduction dim {} to have non-zero size.", name, rows.dim);
    Tensor values = rows.make(1, rows.dense.dtype());
    Tensor indices = rows.make(1, DType::int64);
    int64_t* at = indices.mutable_data<int64_t>();
    dispatch_ordered(rows.dense.dtype(), name, [&]<class T>() {
        const T* data = rows.dense.data<T>();
        T* out = values.mutable_data<T>();
        rows.for_each([&](int64_t r) {
            const T* row = data + r * rows.length;
            const int64_t best = first_extreme<kMax>(row, rows.length);
            at[r] = best;
            out[r] = row[best];
        });
    });
    return {rows.restore_single(values, keepdim), rows.restore_single(indices, keepdim)};
}

template <bool kMax>
Pair extreme_dim(const Tensor& self, int64_t dim, bool keepdim) {
    return extreme_rows<kMax>(Rows(self, dim), keepdim, kMax ? "max" : "min");
}

template <bool kMax>
Tensor arg_extreme(const Tensor& self, std::optional<int64_t> dim, bool keepdim) {
    const std::string_view name = kMax ? "argmax" : "argmin";
    if (dim) return std::get<1>(extreme_rows<kMax>(Rows(self, *dim), keepdim, name));
    WICK_CHECK_INDEX(self.numel() > 0,
                     "{}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim "
                     "with the 'dim' argument.",
                     name);
    const Tensor result = std::get<1>(extreme_rows<kMax>(Rows(reshape(self, {-1}), 0), false, name));
    return keepdim ? view(result, DimVector(static_cast<size_t>(self.dim()), 1)) : result;
}

Tensor diff(const Tensor& self, int64_t n, int64_t dim, const std::optional<Tensor>& prepend,
            const std::optional<Tensor>& append) {
    WICK_CHECK(self.dim() >= 1, "diff expects input to be at least one-dimensional");
    WICK_CHECK(n >= 0, "order must be non-negative but got {}", n);
    const int64_t d = wrap_dim(dim, self.dim());
    std::vector<Tensor> parts{self};
    if (prepend) parts.insert(parts.begin(), *prepend);
    if (append) parts.push_back(*append);
    Tensor result = parts.size() > 1 ? recorded::cat(parts, d) : self;
    for (int64_t i = 0; i < n; ++i) {
        const int64_t length = result.size(d);
        if (length <= 1) return recorded::narrow(result, d, 0, 0);
        const Tensor later = recorded::narrow(result, d, 1, length - 1);
        const Tensor earlier = recorded::narrow(result, d, 0, length - 1);
        result =
            self.dtype() == DType::bool_ ? recorded::not_equal(later, earlier) : recorded::subtract(later, earlier);
    }
    return result;
}

}  // namespace

void register_scan(Registry& ops) {
    ops.add("wick::reverse_cumsum(Tensor self, int dim) -> Tensor").composite(R"(
def reverse_cumsum(self: Tensor, dim: int) -> Tensor:
    return self if self.dim() == 0 else self.flip([dim]).cumsum(dim).flip([dim])
)");
    // Quotients of the products where they exist; else, for each element, the products without it.
    ops.add("wick::cumprod_backward(Tensor grad, Tensor self, Tensor result, int dim) -> Tensor").composite(R"(
def cumprod_backward(grad: Tensor, self: Tensor, result: Tensor, dim: int) -> Tensor:
    if self.dim() == 0:
        return grad
    if not bool((self == 0).any()):
        return ops.wick.reverse_cumsum(grad * result.conj(), dim) / self.conj()
    parts = annotate(List[Tensor], [])
    before = torch.ones_like(self.narrow(dim, 0, 1))
    for i in range(self.size(dim)):
        rest = self.size(dim) - i - 1
        after = self.narrow(dim, i + 1, rest).cumprod(dim)
        without = torch.cat([before, before * after], dim)
        parts.append((grad.narrow(dim, i, rest + 1) * without.conj()).sum(dim, True))
        before = before * self.narrow(dim, i, 1)
    return torch.cat(parts, dim)
)");
    // grad > 0 and grad < 0 apart, each as a logarithm, so that nothing overflows.
    ops.add("wick::logcumsumexp_backward(Tensor grad, Tensor self, Tensor result, int dim) -> Tensor").composite(R"(
def logcumsumexp_backward(grad: Tensor, self: Tensor, result: Tensor, dim: int) -> Tensor:
    if self.dim() == 0:
        return grad
    size = grad.abs().log()
    above = torch.where(grad > 0, size, -1e30) - result
    below = torch.where(grad < 0, size, -1e30) - result
    positive = above.flip([dim]).logcumsumexp(dim).flip([dim]) + self
    negative = below.flip([dim]).logcumsumexp(dim).flip([dim]) + self
    return positive.exp() - negative.exp()
)");
    ops.add("aten::cumsum(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor")
        .kernel(&running<false>)
        .inplace()
        .out()
        .derivative("self", "ops.wick.reverse_cumsum(grad, dim)");
    ops.add("aten::cumprod(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor")
        .kernel(&running<true>)
        .inplace()
        .out()
        .derivative("self", "ops.wick.cumprod_backward(grad, self, result, dim)");
    ops.add("aten::logcumsumexp(Tensor self, int dim) -> Tensor")
        .kernel(&logcumsumexp)
        .out()
        .derivative("self", "ops.wick.logcumsumexp_backward(grad, self, result, dim)");
    ops.add("aten::cummax(Tensor self, int dim) -> (Tensor values, Tensor indices)")
        .kernel(&running_extreme<true>)
        .out()
        .derivative("self", "grad_values.new_zeros(self.size()).scatter_add_(dim, indices, grad_values)");
    ops.add("aten::cummin(Tensor self, int dim) -> (Tensor values, Tensor indices)")
        .kernel(&running_extreme<false>)
        .out()
        .derivative("self", "grad_values.new_zeros(self.size()).scatter_add_(dim, indices, grad_values)");
    ops.add("aten::max.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)")
        .kernel(&extreme_dim<true>)
        .out("dim_max", {"max", "max_values"})
        .derivative("self", "torch.value_selecting_reduction_backward(grad_values, dim, indices, self.size(), keepdim)")
        .gradient_name("MaxBackward0");
    ops.add("aten::min.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)")
        .kernel(&extreme_dim<false>)
        .out("dim_min", {"min", "min_indices"})
        .derivative("self", "torch.value_selecting_reduction_backward(grad_values, dim, indices, self.size(), keepdim)")
        .gradient_name("MinBackward0");
    ops.add("aten::argmax(Tensor self, int? dim=None, bool keepdim=False) -> Tensor").kernel(&arg_extreme<true>).out();
    ops.add("aten::argmin(Tensor self, int? dim=None, bool keepdim=False) -> Tensor").kernel(&arg_extreme<false>).out();
    ops.add("aten::diff(Tensor self, int n=1, int dim=-1, Tensor? prepend=None, Tensor? append=None) -> Tensor")
        .kernel(&diff)
        .out()
        .differentiated_by_parts();
}

}  // namespace wick::jit
