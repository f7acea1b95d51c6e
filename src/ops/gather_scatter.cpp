// gather and scatter: index tensors that name one element along a dimension for every position.

#include <algorithm>
#include <limits>

#include <wick/support/parallel.h>

#include "ops/both_forms.h"
#include "ops/families.h"
#include "ops/geometry.h"
#include "ops/pointwise.h"
#include "ops/recorded.h"
#include "ops/wrapping.h"

namespace wick::jit {
namespace {

using namespace ops;

void check_index(const Tensor& self, int64_t dim, const Tensor& index, std::string_view name) {
    if (index.numel() == 0) return;
    WICK_CHECK(index.dtype() == DType::int64 || index.dtype() == DType::int32,
               "{}(): Expected dtype int32/int64 for index", name);
    WICK_CHECK(std::max<int64_t>(index.dim(), 1) == std::max<int64_t>(self.dim(), 1),
               "Index tensor must have the same number of dimensions as {} tensor",
               name == "gather" ? "input" : "self");
    for (int64_t d = 0; d < std::min(index.dim(), self.dim()); ++d)
        WICK_CHECK(
            d == dim || index.sizes()[d] <= self.sizes()[d],
            "Size does not match at dimension {} expected index {} to be smaller than self {} apart from dimension {}",
            d, format_sizes(index.sizes()), format_sizes(self.sizes()), dim);
}

/// All at once, which takes no branch for each.
void check_named(const int64_t* named, int64_t step, int64_t count, int64_t dim, int64_t size) {
    bool inside = true;
    for (int64_t i = 0; i < count; ++i) inside &= static_cast<uint64_t>(named[i * step]) < static_cast<uint64_t>(size);
    if (inside) [[likely]]
        return;
    for (int64_t i = 0; i < count; ++i)
        WICK_CHECK_INDEX(named[i * step] >= 0 && named[i * step] < size,
                         "index {} is out of bounds for dimension {} with size {}", named[i * step], dim, size);
}

/// Visits every position of `index`: visit(offset in other, offset in self's named element). `other` has index's shape,
/// or is larger and is read from its front.
template <class F>
void for_each_named(const Tensor& self, int64_t dim, const Tensor& index_tensor, const Tensor& other, bool parallel,
                    const F& visit) {
    const Tensor places = to_dtype(index_tensor, DType::int64);
    const Tensor index = places.dim() == 0 ? unsqueeze(places, 0) : places;
    const Tensor target = self.dim() == 0 ? unsqueeze(self, 0) : self;
    DimVector target_strides(target.strides());
    const int64_t step = target_strides[dim];
    const int64_t size = target.sizes()[dim];
    target_strides[dim] = 0;
    DimVector other_strides(other.strides());
    if (other.dim() == 0) other_strides = DimVector(index.sizes().size(), 0);
    const OperandGeometry operands[3] = {
        {index.sizes(), other_strides}, OperandGeometry(index), {index.sizes(), target_strides}};
    const Loop loop(index.sizes(), operands);
    const int64_t* named = index.data<int64_t>();
    auto run = [&](int64_t begin, int64_t end) {
        loop.for_each_run(begin, end, [&](const int64_t* offsets, int64_t n) {
            // In locals, which what is visited cannot be.
            const int64_t other_step = loop.strides(0)[0], index_step = loop.strides(1)[0];
            const int64_t self_step = loop.strides(2)[0], named_step = step, from = offsets[0], to = offsets[2];
            const int64_t* const names = named + offsets[1];
            const F visit_one = visit;
            check_named(names, index_step, n, dim, size);
            if (other_step == 1 && index_step == 1 && self_step == 0 && named_step == 1) {
                for (int64_t i = 0; i < n; ++i) visit_one(from + i, to + names[i]);
                return;
            }
            for (int64_t i = 0; i < n; ++i)
                visit_one(from + i * other_step, to + i * self_step + names[i * index_step] * named_step);
        });
    };
    if (parallel) {
        parallel_for(0, loop.numel(), kParallelGrain / 4, run);
    } else {
        run(0, loop.numel());
    }
}

Tensor gather(const Tensor& self, int64_t dim, const Tensor& index, bool) {
    dim = wrap_dim(dim, self.dim());
    check_index(self, dim, index, "gather");
    Tensor result = empty(index.sizes(), self.dtype());
    if (index.numel() == 0) return result;
    dispatch_dtype(self.dtype(), [&]<class T>() {
        const T* from = self.data<T>();
        T* to = result.mutable_data<T>();
        for_each_named(self, dim, index, result, true,
                       [to, from](int64_t at, int64_t source) { to[at] = from[source]; });
    });
    return result;
}

enum class Combine { replace, add, multiply, largest, smallest };

Combine combine_of(std::string_view name) {
    if (name == "add" || name == "sum" || name == "mean") return Combine::add;
    if (name == "multiply" || name == "prod") return Combine::multiply;
    if (name == "amax") return Combine::largest;
    WICK_CHECK(name == "amin", "reduce argument must be either sum, prod, mean, amax or amin, got {}", name);
    return Combine::smallest;
}

template <class T>
T combined(Combine how, T a, T b) {
    if (how == Combine::replace) return b;
    if constexpr (std::is_same_v<T, bool>) {
        return how == Combine::add || how == Combine::largest ? a || b : a && b;
    } else if constexpr (std::is_same_v<T, std::complex<float>> || std::is_same_v<T, std::complex<double>>) {
        WICK_CHECK(how == Combine::add || how == Combine::multiply, "scatter: complex numbers have no order");
        return how == Combine::add ? a + b : a * b;
    } else {
        switch (how) {
            case Combine::add:
                return wrapping_sum(a, b);
            case Combine::multiply:
                return wrapping_product(a, b);
            case Combine::largest:
                return a != a || a > b ? a : b;
            default:
                return a != a || a < b ? a : b;
        }
    }
}

Tensor scatter_combined(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src, Combine how) {
    dim = wrap_dim(dim, self.dim());
    check_index(self, dim, index, "scatter");
    WICK_CHECK(self.dtype() == src.dtype(), "scatter(): Expected self.dtype to be equal to src.dtype");
    if (index.numel() == 0) return self;
    check_no_internal_overlap(self);
    // An index without dimensions counts as one of size 1.
    for (int64_t d = 0; d < src.dim(); ++d)
        WICK_CHECK(
            (d < index.dim() ? index.sizes()[d] : 1) <= src.sizes()[d],
            "Expected index {} to be smaller than self {} apart from dimension {} and to be smaller size than src {}",
            format_sizes(index.sizes()), format_sizes(self.sizes()), dim, format_sizes(src.sizes()));
    WICK_CHECK(src.dim() == 0 || src.dim() == std::max<int64_t>(index.dim(), 1),
               "Index tensor must have the same number of dimensions as src tensor");
    const Tensor source = src.impl()->storage == self.impl()->storage ? clone(src) : src;
    dispatch_dtype(self.dtype(), [&]<class T>() {
        T* to = self.mutable_data<T>();
        const T* from = source.data<T>();
        for_each_named(self, dim, index, source, false, [to, from, how](int64_t at, int64_t target) {
            to[target] = combined(how, to[target], from[at]);
        });
    });
    return self;
}

Tensor scatter_src(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src) {
    return scatter_combined(self, dim, index, src, Combine::replace);
}
Tensor scatter_value(const Tensor& self, int64_t dim, const Tensor& index, const Scalar& value) {
    return scatter_combined(self, dim, index, scalar_tensor(value, self.dtype()), Combine::replace);
}
Tensor scatter_src_reduce(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src,
                          std::string_view reduce) {
    WICK_CHECK(reduce == "add" || reduce == "multiply", "reduce argument must be either add or multiply.");
    return scatter_combined(self, dim, index, src, combine_of(reduce));
}
Tensor scatter_value_reduce(const Tensor& self, int64_t dim, const Tensor& index, const Scalar& value,
                            std::string_view reduce) {
    return scatter_src_reduce(self, dim, index, scalar_tensor(value, self.dtype()), reduce);
}
Tensor scatter_add(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src) {
    return scatter_combined(self, dim, index, src, Combine::add);
}

/// The largest or smallest number of a dtype.
Scalar extreme_number(DType dtype, bool largest) {
    return dispatch_dtype(dtype, [&]<class T>() -> Scalar {
        if constexpr (std::is_integral_v<T>) {
            return static_cast<int64_t>(largest ? std::numeric_limits<T>::max() : std::numeric_limits<T>::lowest());
        } else {
            const double infinity = std::numeric_limits<double>::infinity();
            return largest ? infinity : -infinity;
        }
    });
}

Tensor scatter_reduce(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce,
                      bool include_self) {
    const Combine how = combine_of(reduce);
    const int64_t d = wrap_dim(dim, self.dim());
    if (!include_self) {
        // What is named starts from the neutral element.
        Scalar neutral(how == Combine::multiply ? 1 : 0);
        if (how == Combine::largest) neutral = extreme_number(self.dtype(), false);
        if (how == Combine::smallest) neutral = extreme_number(self.dtype(), true);
        scatter_value(self, d, index, neutral);
    }
    scatter_combined(self, d, index, src, how);
    if (reduce != "mean") return self;
    const Tensor counts = include_self ? full(self.sizes(), 1, self.dtype()) : zeros(self.sizes(), self.dtype());
    scatter_combined(counts, d, index, full(index.sizes(), 1, self.dtype()), Combine::add);
    const Tensor divisor = pointwise(
        kPromote, [](Expr n) { return max(n, 1); }, counts);
    if (is_integral(self.dtype(), true)) {
        copy_into(self, pointwise(
                            kPromote, [](Expr a, Expr n) { return floordiv(a, n); }, self, divisor));
    } else {
        copy_into(self, pointwise(
                            kPromote, [](Expr a, Expr n) { return a / n; }, self, divisor));
    }
    return self;
}

Tensor take_along_dim(const Tensor& self, const Tensor& indices, std::optional<int64_t> dim) {
    const auto gather = [](const Tensor& from, int64_t d, const Tensor& index) {
        return recorded::call("aten::gather", from, d, index);
    };
    if (!dim) return gather(recorded::reshape(self, {-1}), 0, reshape(indices, {-1}));
    WICK_CHECK(self.dim() == indices.dim(),
               "torch.take_along_dim(): input and indices should have the same number of dimensions, but got {} "
               "dimensions for input, and {} dimensions for indices",
               self.dim(), indices.dim());
    const int64_t d = wrap_dim(*dim, self.dim());
    DimVector source(self.sizes());
    DimVector named(indices.sizes());
    source[d] = named[d] = 1;
    source = named = broadcast_sizes(source, named);
    source[d] = self.sizes()[d];
    named[d] = indices.sizes()[d];
    return gather(recorded::expand(self, source), d, expand(indices, named));
}

void register_scatter_gradients(Registry& ops) {
    // What a product is without one of its factors: a single zero among them counts as 1, and any other zero is in all
    // products.
    ops.add(
           "wick::scatter_prod_backward(Tensor grad, Tensor self, int dim, Tensor index, Tensor src, bool "
           "include_self, Tensor result) -> (Tensor, Tensor)")
        .composite(R"(
def scatter_prod_backward(grad: Tensor, self: Tensor, dim: int, index: Tensor, src: Tensor, include_self: bool, result: Tensor) -> Tuple[Tensor, Tensor]:
    filled = self.masked_fill(self == 0, 1)
    grad_self = grad * filled.scatter_reduce(dim, index, src, "prod", include_self=include_self) / filled
    zero = src == 0
    zeros = torch.zeros_like(self).scatter_add(dim, index, zero.to(self.dtype)).gather(dim, index)
    single = zero.logical_and(zeros == 1)
    others = self.scatter_reduce(dim, index, src.masked_fill(single, 1), "prod", include_self=include_self)
    quotient = (grad * result).gather(dim, index) / src.masked_fill(zero, 1)
    return grad_self, torch.where(single, (grad * others).gather(dim, index), quotient)
)");
    ops.add(
           "wick::scatter_reduce_backward(Tensor grad, Tensor self, int dim, Tensor index, Tensor src, str reduce, "
           "bool include_self, Tensor result) -> (Tensor, Tensor)")
        .composite(R"(
def scatter_reduce_backward(grad: Tensor, self: Tensor, dim: int, index: Tensor, src: Tensor, reduce: str, include_self: bool, result: Tensor) -> Tuple[Tensor, Tensor]:
    grad_self = grad
    grad_src = grad
    if reduce == "sum":
        grad_src = grad.gather(dim, index)
    elif reduce == "mean":
        start = torch.ones_like(grad) if include_self else torch.zeros_like(grad)
        grad_self = grad / start.scatter_add(dim, index, torch.ones_like(src)).clamp(min=1)
        grad_src = grad_self.gather(dim, index)
    elif reduce == "prod":
        grad_self, grad_src = ops.wick.scatter_prod_backward(grad, self, dim, index, src, include_self, result)
    else:
        own = (self == result).to(self.dtype)
        given = (src == result.gather(dim, index)).to(self.dtype)
        share = grad / own.scatter_add(dim, index, given)
        grad_self = own * share
        grad_src = given * share.gather(dim, index)
    if not include_self:
        grad_self = grad_self.scatter(dim, index, 0)
    return grad_self, grad_src
)");
}

}  // namespace

void register_gather_scatter(Registry& ops) {
    register_scatter_gradients(ops);
    ops.add("aten::gather(Tensor self, int dim, Tensor index, *, bool sparse_grad=False) -> Tensor")
        .kernel(&gather)
        .out()
        .derivative("self", "grad.new_zeros(self.size()).scatter_add_(dim, index, grad)");
    ops.add("aten::take_along_dim(Tensor self, Tensor indices, int? dim=None) -> Tensor")
        .kernel(&take_along_dim)
        .out()
        .differentiated_by_parts();
    add_both_forms<&scatter_src>(ops, "aten::scatter.src(Tensor self, int dim, Tensor index, Tensor src) -> Tensor")
        .out()
        .derivative("self", "grad.scatter(dim, index, 0)")
        .derivative("src", "grad.gather(dim, index)");
    add_both_forms<&scatter_value>(ops,
                                   "aten::scatter.value(Tensor self, int dim, Tensor index, Scalar value) -> Tensor")
        .out()
        .derivative("self", "grad.scatter(dim, index, 0)");
    add_both_forms<&scatter_src_reduce>(
        ops, "aten::scatter.reduce(Tensor self, int dim, Tensor index, Tensor src, *, str reduce) -> Tensor")
        .out();
    add_both_forms<&scatter_value_reduce>(
        ops, "aten::scatter.value_reduce(Tensor self, int dim, Tensor index, Scalar value, *, str reduce) -> Tensor")
        .out();
    add_both_forms<&scatter_add>(ops, "aten::scatter_add(Tensor self, int dim, Tensor index, Tensor src) -> Tensor")
        .out()
        .derivative("self", "grad")
        .derivative("src", "grad.gather(dim, index)");
    add_both_forms<&scatter_reduce>(ops,
                                    "aten::scatter_reduce.two(Tensor self, int dim, Tensor index, Tensor src, str "
                                    "reduce, *, bool include_self=True) -> Tensor")
        .out()
        .derivative("self, src",
                    "ops.wick.scatter_reduce_backward(grad, self, dim, index, src, reduce, include_self, result)");
    // Rows that lie together, segment by segment.
    ops.add(
           "aten::segment_reduce(Tensor data, str reduce, *, Tensor? lengths=None, Tensor? indices=None, Tensor? "
           "offsets=None, int axis=0, bool unsafe=False, Scalar? initial=None) -> Tensor")
        .composite(
            R"(def segment_reduce(data: Tensor, reduce: str, lengths: Optional[Tensor], indices: Optional[Tensor], offsets: Optional[Tensor], axis: int, unsafe: bool, initial: Optional[number]) -> Tensor:
    if lengths is not None:
        counts = lengths
    elif offsets is not None:
        counts = torch.diff(offsets)
    else:
        raise RuntimeError("segment_reduce(): Either lengths or offsets must be defined.")
    if indices is not None:
        raise RuntimeError("segment_reduce(): indices based reduction is not supported yet.")
    if counts.dim() != 1 or axis != 0:
        raise RuntimeError("segment_reduce(): segments lie along the first dimension, with one length for each")
    if not unsafe and int(counts.sum()) != data.size(0):
        raise RuntimeError("segment_reduce(): Expected all rows of lengths along axis to sum to data.size(lengths.dim()-1) when !unsafe.")
    start = 0.0
    if reduce == "prod":
        start = 1.0
    elif reduce == "max":
        start = -float("inf")
    elif reduce == "min":
        start = float("inf")
    if initial is not None:
        start = float(initial)
    segments = counts.size(0)
    result = torch.full([segments] + data.size()[1:], start, dtype=data.dtype)
    column = [-1] + [1] * (data.dim() - 1)
    index = torch.repeat_interleave(torch.arange(segments), counts).reshape(column).expand_as(data)
    if reduce == "sum":
        return result.scatter_add(0, index, data)
    if reduce == "mean":
        count = counts.reshape(column)
        mean = result.scatter_add(0, index, data) / count
        return mean if initial is None else torch.where(count == 0, start, mean)
    names = {"max": "amax", "min": "amin", "prod": "prod"}
    return result.scatter_reduce(0, index, data, names[reduce])
)");
    ops.add(
           "aten::index_reduce(Tensor self, int dim, Tensor index, Tensor source, str reduce, *, bool "
           "include_self=True) -> Tensor")
        .composite(
            R"(def index_reduce(self: Tensor, dim: int, index: Tensor, source: Tensor, reduce: str, include_self: bool) -> Tensor:
    shape = [1] * source.dim()
    shape[dim] = -1
    return torch.scatter_reduce(self, dim, index.view(shape).expand_as(source), source, reduce, include_self=include_self)
)")
        .inplace()
        .out();
}

}  // namespace wick::jit
