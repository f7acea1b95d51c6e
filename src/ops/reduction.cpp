// Sums, products, extremes, truth and counts over dimensions.

#include <limits>

#include "kernels/nn_rows.h"
#include "ops/families.h"
#include "ops/pointwise.h"
#include "ops/reduce.h"

namespace wick::ops {

using Dims = std::optional<DimVector>;

namespace {

/// Calls f.operator()<T>() with the C++ type that computes a dtype: float, double, int64_t or a complex type.
template <class F>
Tensor with_compute_type(DType dtype, bool allow_complex, std::string_view name, F&& f) {
    switch (lane_of(dtype)) {
        case Lane::f32:
            return f.template operator()<float>();
        case Lane::f64:
            return f.template operator()<double>();
        case Lane::c64:
            WICK_CHECK(allow_complex, "\"{}\" not implemented for '{}'", name, scalar_name_of(dtype));
            return f.template operator()<std::complex<float>>();
        case Lane::c128:
            WICK_CHECK(allow_complex, "\"{}\" not implemented for '{}'", name, scalar_name_of(dtype));
            return f.template operator()<std::complex<double>>();
        default:
            return f.template operator()<int64_t>();
    }
}

Tensor as_lane(const Tensor& self, DType dtype) { return to_dtype(self, dtype_of_lane(lane_of(dtype))); }

DType sum_dtype(const Tensor& self, std::optional<DType> dtype) {
    return dtype.value_or(is_integral(self.dtype(), true) ? DType::int64 : self.dtype());
}

Tensor prod(const Tensor& self, const Dims& dims, bool keepdim, std::optional<DType> dtype) {
    const DType type = sum_dtype(self, dtype);
    const Tensor x = as_lane(to_dtype(self, type), type);
    return to_dtype(
        with_compute_type(type, true, "prod",
                          [&]<class T>() { return reduce(x, ProductReducer<T>(), ReducedDims(x, dims), keepdim); }),
        type);
}

template <bool kMax>
Tensor extreme(const Tensor& self, const Dims& dims, bool keepdim, std::string_view name) {
    const ReducedDims reduced(self, dims);
    WICK_CHECK_INDEX(reduced.count(self) > 0,
                     "{}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim "
                     "with the 'dim' argument.",
                     name);
    const Tensor x = as_lane(self, self.dtype());
    const Tensor result = with_compute_type(self.dtype(), false, name, [&]<class T>() -> Tensor {
        if constexpr (std::is_arithmetic_v<T>) return reduce(x, ExtremeReducer<T, kMax>(), reduced, keepdim);
        __builtin_unreachable();  // complex numbers were refused
    });
    return to_dtype(result, self.dtype());
}

template <bool kAny>
Tensor truth(const Tensor& self, const Dims& dims, bool keepdim) {
    const Tensor result = reduce(to_dtype(self, DType::bool_), TruthReducer<kAny>(), ReducedDims(self, dims), keepdim);
    // Bytes were PyTorch's first truth values, and stay bytes.
    return self.dtype() == DType::uint8 ? to_dtype(result, DType::uint8) : result;
}

Tensor count_nonzero(const Tensor& self, const Dims& dims) {
    return reduce(to_dtype(self, DType::bool_), CountReducer(), ReducedDims(self, dims), false);
}

Tensor nansum(const Tensor& self, const Dims& dims, bool keepdim, std::optional<DType> dtype) {
    if (is_integral(self.dtype(), true)) return sum(self, dims, keepdim, dtype);
    return sum(pointwise(
                   kPromote, [](Expr x) { return where(is_nan(x), 0, x); }, self),
               dims, keepdim, dtype);
}

Tensor nanmean(const Tensor& self, const Dims& dims, bool keepdim, std::optional<DType> dtype) {
    const Tensor counts = sum(pointwise(
                                  kCompare, [](Expr x) { return !is_nan(x); }, self),
                              dims, keepdim);
    return pointwise(
        kIntToFloat, [](Expr total, Expr count) { return total / count; }, nansum(self, dims, keepdim, dtype), counts);
}

Tensor logsumexp(const Tensor& self, const Dims& dims, bool keepdim) {
    const Tensor x = is_integral(self.dtype(), true) ? to_dtype(self, DType::float32) : self;
    if (x.numel() == 0)
        return pointwise(
            kPromote, [](Expr s) { return log(s); }, sum(x, dims, keepdim));
    if (x.dim() > 0 && dims && dims->size() == 1 && wrap_dim((*dims)[0], x.dim()) == x.dim() - 1 &&
        lane_of(x.dtype()) == Lane::f32) {
        const Tensor dense = contiguous(as_lane(x, x.dtype()));
        const Tensor result = empty(ReducedDims(x, dims).result_sizes(x, keepdim), DType::float32);
        const int64_t n = x.size(-1);
        kernels::row_logsumexp(x.numel() / n, n, dense.data<float>(), result.mutable_data<float>());
        return to_dtype(result, x.dtype());
    }
    // Infinite maxima are not subtracted: inf - inf would be NaN.
    const Tensor largest = pointwise(
        kPromote, [](Expr m) { return where(is_inf(m), 0, m); }, amax(x, dims, true));
    const Tensor total = sum(pointwise(
                                 kPromote, [](Expr x, Expr m) { return exp(x - m); }, x, largest),
                             dims, true);
    const Tensor result = pointwise(
        kPromote, [](Expr s, Expr m) { return log(s) + m; }, total, largest);
    return view(result, ReducedDims(self, dims).result_sizes(self, keepdim));
}

}  // namespace

Tensor sum(const Tensor& self, const Dims& dims, bool keepdim, std::optional<DType> dtype) {
    const DType type = sum_dtype(self, dtype);
    // Truth values are counted as they are: no copy as int64.
    if (self.dtype() == DType::bool_ && type == DType::int64)
        return reduce(self, CountReducer(), ReducedDims(self, dims), keepdim);
    const Tensor x = as_lane(to_dtype(self, type), type);
    return to_dtype(
        with_compute_type(type, true, "sum",
                          [&]<class T>() { return reduce(x, SumReducer<T>(), ReducedDims(x, dims), keepdim); }),
        type);
}

Tensor mean(const Tensor& self, const Dims& dims, bool keepdim, std::optional<DType> dtype) {
    const DType type = dtype.value_or(self.dtype());
    WICK_CHECK(
        !is_integral(type, true),
        "mean(): could not infer output dtype. {} dtype must be either a floating point or complex dtype. Got: {}",
        dtype ? "Optional" : "Input", scalar_name_of(type));
    const Tensor x = as_lane(to_dtype(self, type), type);
    return to_dtype(
        with_compute_type(type, true, "mean",
                          [&]<class T>() { return reduce(x, SumReducer<T>{true}, ReducedDims(x, dims), keepdim); }),
        type);
}

Tensor amax(const Tensor& self, const Dims& dims, bool keepdim) { return extreme<true>(self, dims, keepdim, "amax"); }
Tensor amin(const Tensor& self, const Dims& dims, bool keepdim) { return extreme<false>(self, dims, keepdim, "amin"); }
Tensor any(const Tensor& self, const Dims& dims, bool keepdim) { return truth<true>(self, dims, keepdim); }
Tensor all(const Tensor& self, const Dims& dims, bool keepdim) { return truth<false>(self, dims, keepdim); }

}  // namespace wick::ops

namespace wick::jit {
namespace {

using namespace ops;
using MaybeDType = std::optional<DType>;

/// The two overloads of `sum` and of `mean`; the order in which PyTorch tries them differs.
template <Tensor (*kFunction)(const Tensor&, const Dims&, bool, MaybeDType)>
void add_whole_sum(Registry& ops, std::string_view name, std::string_view out, std::string_view derivative) {
    ops.add(fmt::format("aten::{}(Tensor self, *, ScalarType? dtype=None) -> Tensor", name))
        .kernel([](const Tensor& self, MaybeDType dtype) { return kFunction(self, std::nullopt, false, dtype); })
        .out(out)
        .derivative("self", derivative);
}
template <Tensor (*kFunction)(const Tensor&, const Dims&, bool, MaybeDType)>
void add_sum_over(Registry& ops, std::string_view name, std::string_view out, std::string_view derivative) {
    ops.add(fmt::format("aten::{}(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor",
                        name))
        .kernel([](const Tensor& self, Dims dim, bool keepdim, MaybeDType dtype) {
            return kFunction(self, dim, keepdim, dtype);
        })
        .out(out)
        .derivative("self", derivative);
}

template <Tensor (*kFunction)(const Tensor&, const Dims&, bool)>
void add_truth(Registry& ops, std::string_view name) {
    ops.add(fmt::format("aten::{}(Tensor self) -> Tensor", name))
        .kernel([](const Tensor& self) { return kFunction(self, std::nullopt, false); })
        .out("all_out");
    ops.add(fmt::format("aten::{}.dim(Tensor self, int dim, bool keepdim=False) -> Tensor", name))
        .kernel([](const Tensor& self, int64_t dim, bool keepdim) { return kFunction(self, DimVector{dim}, keepdim); })
        .out("out");
    ops.add(fmt::format("aten::{}.dims(Tensor self, int[]? dim=None, bool keepdim=False) -> Tensor", name))
        .kernel([](const Tensor& self, Dims dim, bool keepdim) { return kFunction(self, dim, keepdim); })
        .out();
}

/// What a reduction of `size` over `dims` gave, repeated over what it reduced.
Tensor expand_reduced(const Tensor& self, const IntList& size, const Dims& dims, bool keepdim) {
    DimVector kept = keepdim ? DimVector(self.sizes()) : DimVector(size);
    if (!keepdim) {
        const auto rank = static_cast<int64_t>(size.size());
        for (int64_t d = 0; d < rank; ++d)
            if (!dims || dims->empty()) kept[d] = 1;
        if (dims)
            for (int64_t d : *dims)
                if (rank > 0) kept[wrap_dim(d, rank)] = 1;
    }
    return expand(reshape(self, kept), size);
}

Tensor max_all(const Tensor& self) { return extreme<true>(self, std::nullopt, false, "max"); }
Tensor min_all(const Tensor& self) { return extreme<false>(self, std::nullopt, false, "min"); }

}  // namespace

void register_reduction(Registry& ops) {
    add_sum_over<&sum>(ops, "sum.dim_IntList", "IntList_out",
                       "ops.wick.expand_reduced(grad, self.size(), dim, keepdim)");
    add_whole_sum<&sum>(ops, "sum", "out", "grad.expand(self.size())");
    add_whole_sum<&mean>(ops, "mean", "dtype_out", "(grad / max(self.numel(), 1)).expand(self.size())");
    add_sum_over<&mean>(
        ops, "mean.dim", "out",
        "ops.wick.expand_reduced(grad * (grad.numel() / max(self.numel(), 1)), self.size(), dim, keepdim)");
    ops.add("wick::expand_reduced(Tensor(a) self, int[] size, int[]? dim, bool keepdim) -> Tensor(a)")
        .kernel(&expand_reduced);
    // Equal extremes share the gradient.
    ops.add("wick::extreme_backward(Tensor grad, Tensor self, Tensor result, int[] dim, bool keepdim) -> Tensor")
        .composite(R"(
def extreme_backward(grad: Tensor, self: Tensor, result: Tensor, dim: List[int], keepdim: bool) -> Tensor:
    mask = self == ops.wick.expand_reduced(result, self.size(), dim, keepdim)
    count = mask.sum() if len(dim) == 0 else mask.sum(dim, True)
    return mask * ops.wick.expand_reduced(grad, self.size(), dim, keepdim) / count
)");
    // That of an extreme or middle of all elements, which all elements of its value share.
    ops.add("wick::evenly_distribute_backward(Tensor grad, Tensor self, Tensor result) -> Tensor").composite(R"(
def evenly_distribute_backward(grad: Tensor, self: Tensor, result: Tensor) -> Tensor:
    mask = self.isnan() if bool(result.isnan()) else self == result
    return mask * (grad / mask.sum())
)");
    // Quotients of the product where they exist, else products of all other elements.
    ops.add("wick::prod_backward(Tensor grad, Tensor self, Tensor result, int dim, bool keepdim) -> Tensor")
        .composite(R"(
def prod_backward(grad: Tensor, self: Tensor, result: Tensor, dim: int, keepdim: bool) -> Tensor:
    if self.dim() == 0:
        return grad
    if not keepdim:
        grad = grad.unsqueeze(dim)
        result = result.unsqueeze(dim)
    if not bool((self == 0).any()):
        return grad * (result / self).conj()
    one = torch.ones_like(self.narrow(dim, 0, 1))
    before = torch.cat([one, self.narrow(dim, 0, self.size(dim) - 1)], dim).cumprod(dim)
    after = torch.cat([one, self.flip([dim]).narrow(dim, 0, self.size(dim) - 1)], dim).cumprod(dim).flip([dim])
    return grad * (before * after).conj()
)");
    ops.add("aten::nansum(Tensor self, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor")
        .kernel(&nansum)
        .out()
        .derivative("self", "ops.wick.expand_reduced(grad, self.size(), dim, keepdim) * self.isnan().logical_not()");
    ops.add("aten::nanmean(Tensor self, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor")
        .kernel(&nanmean)
        .out()
        .derivative("self",
                    "ops.wick.expand_reduced(grad / self.isnan().logical_not().sum(dim, keepdim), self.size(), dim, "
                    "keepdim) * self.isnan().logical_not()");
    ops.add("aten::prod(Tensor self, *, ScalarType? dtype=None) -> Tensor")
        .kernel([](const Tensor& self, MaybeDType dtype) { return prod(self, std::nullopt, false, dtype); })
        .out()
        .derivative("self", "ops.wick.prod_backward(grad, self.reshape(-1), result, 0, False).reshape(self.size())");
    ops.add("aten::prod.dim_int(Tensor self, int dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor")
        .kernel([](const Tensor& self, int64_t dim, bool keepdim, MaybeDType dtype) {
            return prod(self, DimVector{dim}, keepdim, dtype);
        })
        .out("int_out")
        .derivative("self", "ops.wick.prod_backward(grad, self, result, dim, keepdim)");
    add_truth<&any>(ops, "any");
    add_truth<&all>(ops, "all");

    ops.add("aten::max(Tensor self) -> Tensor")
        .kernel(&max_all)
        .out("unary_out")
        .derivative("self", "ops.wick.evenly_distribute_backward(grad, self, result)")
        .gradient_name("MaxBackward1");
    ops.add("aten::min(Tensor self) -> Tensor")
        .kernel(&min_all)
        .out("unary_out")
        .derivative("self", "ops.wick.evenly_distribute_backward(grad, self, result)")
        .gradient_name("MinBackward1");
    ops.add("aten::max.other(Tensor self, Tensor other) -> Tensor")
        .pointwise([](Expr a, Expr b) { return max(a, b); })
        .out("out")
        .gradient_name("MaximumBackward0");
    ops.add("aten::min.other(Tensor self, Tensor other) -> Tensor")
        .pointwise([](Expr a, Expr b) { return min(a, b); })
        .out("out")
        .gradient_name("MinimumBackward0");
    ops.add("aten::amax(Tensor self, int[1] dim=[], bool keepdim=False) -> Tensor")
        .kernel([](const Tensor& self, IntList dim, bool keepdim) { return amax(self, dim, keepdim); })
        .out()
        .derivative("self", "ops.wick.extreme_backward(grad, self, result, dim, keepdim)");
    ops.add("aten::amin(Tensor self, int[1] dim=[], bool keepdim=False) -> Tensor")
        .kernel([](const Tensor& self, IntList dim, bool keepdim) { return amin(self, dim, keepdim); })
        .out()
        .derivative("self", "ops.wick.extreme_backward(grad, self, result, dim, keepdim)");
    ops.add("aten::aminmax(Tensor self, *, int? dim=None, bool keepdim=False) -> (Tensor min, Tensor max)")
        .kernel([](const Tensor& self, std::optional<int64_t> dim, bool keepdim) {
            const Dims dims = dim ? Dims(DimVector{*dim}) : std::nullopt;
            return std::tuple(amin(self, dims, keepdim), amax(self, dims, keepdim));
        })
        .out()
        .derivative("self",
                    "ops.wick.extreme_backward(grad_min, self, min, [dim] if dim is not None else annotate(List[int], "
                    "[]), keepdim) + ops.wick.extreme_backward(grad_max, self, max, [dim] if dim is not None else "
                    "annotate(List[int], []), keepdim)");
    ops.add("aten::count_nonzero(Tensor self, int? dim=None) -> Tensor")
        .kernel([](const Tensor& self, std::optional<int64_t> dim) {
            return count_nonzero(self, dim ? Dims(DimVector{*dim}) : std::nullopt);
        })
        .out();
    ops.add("aten::count_nonzero.dim_IntList(Tensor self, int[] dim) -> Tensor")
        .kernel([](const Tensor& self, IntList dim) { return count_nonzero(self, dim); });
    for (std::string_view name : {"logsumexp", "special_logsumexp"})
        ops.add(fmt::format("aten::{}(Tensor self, int[1] dim, bool keepdim=False) -> Tensor", name))
            .kernel([](const Tensor& self, IntList dim, bool keepdim) { return logsumexp(self, dim, keepdim); })
            .out()
            .derivative("self",
                        "ops.wick.expand_reduced(grad, self.size(), dim, keepdim) * (self - "
                        "ops.wick.expand_reduced(result, self.size(), dim, keepdim)).exp()");
    ops.add("aten::sum_to_size(Tensor self, SymInt[] size) -> Tensor")
        .kernel([](const Tensor& self, IntList size) {
            DimVector dims;
            const int64_t leading = self.dim() - static_cast<int64_t>(size.size());
            WICK_CHECK(leading >= 0, "size {} is not expandable to size {}.", format_sizes(size),
                       format_sizes(self.sizes()));
            for (int64_t d = 0; d < self.dim(); ++d) {
                const int64_t wanted = d < leading ? 1 : size[d - leading];
                WICK_CHECK(wanted == 1 || wanted == self.sizes()[d], "size {} is not expandable to size {}.",
                           format_sizes(size), format_sizes(self.sizes()));
                if (d < leading || (wanted == 1 && self.sizes()[d] != 1)) dims.push_back(d);
            }
            return dims.empty() ? self : view(sum(self, dims, true), size);
        })
        .derivative("self", "grad.expand(self.size())");
}

}  // namespace wick::jit
