// Numerical integration and differentiation of samples, covariance.

#include <wick/tensor/default_dtype.h>

#include "ops/recorded.h"
#include "ops/tensor_ops.h"

namespace wick::jit {
namespace {

using namespace ops;

// What is computed with these is differentiated by parts. They hide the functions of ops.
using ops::recorded::add;
using ops::recorded::cat;
using ops::recorded::divide;
using ops::recorded::multiply;
using ops::recorded::narrow;
using ops::recorded::reshape;
using ops::recorded::subtract;
using ops::recorded::sum;
using ops::recorded::to_dtype;
using ops::recorded::transpose;
using ops::recorded::unsqueeze;

Tensor from(const Tensor& self, int64_t dim, int64_t start) {
    return recorded::call("aten::slice.Tensor", self, dim, start);
}
Tensor until(const Tensor& self, int64_t dim, int64_t end) {
    return recorded::call("aten::slice.Tensor", self, dim, nullptr, end);
}

// Trapezoids.

/// Sums of neighbours.
Tensor pair_sums(const Tensor& y, int64_t dim) { return add(until(y, dim, -1), from(y, dim, 1)); }

/// Widths of the intervals between the sample points x, shaped to broadcast with y.
Tensor widths(const Tensor& y, const Tensor& x, int64_t dim, std::string_view name) {
    Tensor points = x;
    if (x.dim() == 1) {
        WICK_CHECK(x.size(0) == y.size(dim), "{}: There must be one `x` value for each sample point", name);
        DimVector sizes(static_cast<size_t>(y.dim()), 1);
        sizes[static_cast<size_t>(wrap_dim(dim, y.dim()))] = x.size(0);
        points = reshape(x, sizes);
    }
    while (points.dim() < y.dim()) points = unsqueeze(points, 0);
    return subtract(from(points, dim, 1), until(points, dim, -1));
}

void refuse_bool(const Tensor& y, const Tensor& x, std::string_view name) {
    WICK_CHECK(y.dtype() != DType::bool_ && x.dtype() != DType::bool_,
               "{}: received a bool input for `x` or `y`, but bool is not supported", name);
}

Tensor no_area(const Tensor& y, int64_t dim) {
    DimVector sizes(y.sizes());
    sizes.erase(static_cast<size_t>(wrap_dim(dim, y.dim())));
    return zeros(sizes, y.dtype());
}

Tensor trapezoid_x(const Tensor& y, const Tensor& x, int64_t dim) {
    if (y.size(dim) == 0) return no_area(y, dim);
    refuse_bool(y, x, "trapezoid");
    return divide(sum(multiply(widths(y, x, dim, "trapezoid"), pair_sums(y, dim)), {dim}), 2.0);
}
Tensor trapezoid_dx(const Tensor& y, Scalar dx, int64_t dim) {
    if (y.size(dim) == 0) return no_area(y, dim);
    refuse_bool(y, y, "trapezoid");
    return multiply(sum(pair_sums(y, dim), {dim}), dx.to_double() / 2);
}
Tensor running_sum(const Tensor& self, int64_t dim) { return recorded::call("aten::cumsum", self, dim); }
Tensor cumulative_x(const Tensor& y, const Tensor& x, int64_t dim) {
    refuse_bool(y, x, "cumulative_trapezoid");
    return divide(running_sum(multiply(widths(y, x, dim, "cumulative_trapezoid"), pair_sums(y, dim)), dim), 2.0);
}
Tensor cumulative_dx(const Tensor& y, Scalar dx, int64_t dim) {
    refuse_bool(y, y, "cumulative_trapezoid");
    return multiply(running_sum(pair_sums(y, dim), dim), dx.to_double() / 2);
}

// Gradients.

/// First derivative along one dimension at points that need not lie evenly: quadratic inside, of edge_order at the
/// ends.
Tensor derivative(const Tensor& y, const Tensor& points, int64_t dim, int64_t edge_order) {
    const int64_t n = y.size(dim);
    WICK_CHECK(n >= edge_order + 1, "torch.gradient expected each dimension size to be at least edge_order+1");
    WICK_CHECK(
        points.dim() == 1 && points.size(0) == n,
        "torch.gradient expected each element of `spacing` to have the same size as the input along its dimension");
    DimVector sizes(static_cast<size_t>(y.dim()), 1);
    sizes[static_cast<size_t>(wrap_dim(dim, y.dim()))] = n - 1;
    const Tensor step = reshape(subtract(from(points, 0, 1), until(points, 0, -1)), sizes);
    const auto at = [&](const Tensor& t, int64_t i) { return narrow(t, dim, i < 0 ? t.size(dim) + i : i, 1); };
    // The slope of the parabola through the end and its two neighbours, at the end.
    const auto edge = [&](int64_t end, int64_t inner, int64_t innermost, int64_t step_at, int64_t next_step) {
        const Tensor a = at(step, step_at);
        const Tensor sign = full({}, end == 0 ? 1 : -1, y.dtype());
        const Tensor near = divide(multiply(subtract(at(y, inner), at(y, end)), sign), a);
        if (edge_order == 1) return near;
        const Tensor b = at(step, next_step);
        const Tensor far = divide(multiply(subtract(at(y, innermost), at(y, inner)), sign), b);
        return subtract(near, divide(multiply(a, subtract(far, near)), add(a, b)));
    };
    std::vector<Tensor> parts;
    parts.push_back(edge(0, 1, 2, 0, 1));
    if (n > 2) {
        const Tensor before = until(step, dim, -1), after = from(step, dim, 1);
        const Tensor values = narrow(y, dim, 1, n - 2);
        const Tensor left = divide(subtract(values, narrow(y, dim, 0, n - 2)), before);
        const Tensor right = divide(subtract(narrow(y, dim, 2, n - 2), values), after);
        // Weighted by the other interval.
        parts.push_back(divide(add(multiply(left, after), multiply(right, before)), add(before, after)));
    }
    parts.push_back(edge(-1, -2, -3, -1, -2));
    return cat(parts, dim);
}

std::vector<Tensor> gradient(const Tensor& self, const std::optional<IntList>& dim, int64_t edge_order,
                             const std::function<Tensor(size_t, int64_t)>& points) {
    WICK_CHECK(edge_order == 1 || edge_order == 2, "torch.gradient only supports edge_order=1 and edge_order=2.");
    const Tensor y = is_integral(self.dtype(), true) ? to_dtype(self, DType::float32) : self;
    std::vector<int64_t> dims;
    for (int64_t d = 0; !dim && d < y.dim(); ++d) dims.push_back(d);
    for (size_t i = 0; dim && i < dim->size(); ++i) {
        const int64_t d = wrap_dim((*dim)[i], y.dim());
        WICK_CHECK(std::find(dims.begin(), dims.end(), d) == dims.end(),
                   "dim {} appears multiple times in the list of dims", d);
        dims.push_back(d);
    }
    std::vector<Tensor> result;
    for (size_t i = 0; i < dims.size(); ++i) result.push_back(derivative(y, points(i, dims[i]), dims[i], edge_order));
    return result;
}

/// Points at multiples of a spacing.
Tensor even_points(const Tensor& self, int64_t dim, const Scalar& spacing) {
    const DType type = is_integral(self.dtype(), true) ? default_dtype() : to_real(self.dtype());
    return multiply(to_dtype(arange(self.size(dim)), type), spacing.to_double());
}

std::vector<Tensor> gradient_even(const Tensor& self, const std::optional<IntList>& dim, int64_t edge_order,
                                  const std::vector<Scalar>& spacing) {
    const size_t count = dim ? dim->size() : static_cast<size_t>(self.dim());
    WICK_CHECK(spacing.size() == 1 || spacing.size() == count,
               "torch.gradient expected spacing to be unspecified, a scalar or it's length to match the number of "
               "dimensions, but got {} elements for {} dimensions",
               spacing.size(), count);
    return gradient(self, dim, edge_order,
                    [&](size_t i, int64_t d) { return even_points(self, d, spacing[spacing.size() == 1 ? 0 : i]); });
}

std::vector<Tensor> gradient_points(const Tensor& self, const std::vector<Tensor>& spacing,
                                    const std::optional<IntList>& dim, int64_t edge_order) {
    const size_t count = dim ? dim->size() : static_cast<size_t>(self.dim());
    WICK_CHECK(spacing.size() == count,
               "torch.gradient expected spacing to be unspecified, a scalar or it's length to match the number of "
               "dimensions, but got {} elements for {} dimensions",
               spacing.size(), count);
    return gradient(self, dim, edge_order, [&](size_t i, int64_t) { return spacing[i]; });
}

std::vector<Scalar> scalars(const ListObject& list) {
    std::vector<Scalar> values;
    for (const IValue& item : list.items) values.push_back(item.to_scalar());
    return values;
}

std::optional<IntList> one(std::optional<int64_t> dim) { return dim ? std::optional(IntList{*dim}) : std::nullopt; }

// Covariance.

/// Of variables in rows and observations in columns.
Tensor cov(const Tensor& self, int64_t correction, const std::optional<Tensor>& fweights,
           const std::optional<Tensor>& aweights) {
    WICK_CHECK(self.dim() <= 2,
               "cov(): expected input to have two or fewer dimensions but got an input with {} dimensions", self.dim());
    WICK_CHECK(self.dtype() != DType::bool_, "cov(): bool dtype is not supported for input");
    const Tensor in = self.dim() < 2 ? reshape(self, {1, -1}) : self;
    const int64_t observations = in.size(1);
    const auto check = [&](const Tensor& weights, std::string_view name) {
        WICK_CHECK(weights.dim() <= 1,
                   "cov(): expected {} to have one or fewer dimensions but got {} with {} dimensions", name, name,
                   weights.dim());
        WICK_CHECK(weights.numel() == observations,
                   "cov(): expected {} to have the same numel as there are observations in the input but got {} != {}",
                   name, weights.numel(), observations);
    };
    if (fweights) {
        check(*fweights, "fweights");
        WICK_CHECK(is_integral(fweights->dtype()),
                   "cov(): expected fweights to have integral dtype but got fweights with {} dtype",
                   scalar_name_of(fweights->dtype()));
    }
    if (aweights) {
        check(*aweights, "aweights");
        WICK_CHECK(is_floating(aweights->dtype()),
                   "cov(): expected aweights to have floating point dtype but got aweights with {} dtype",
                   scalar_name_of(aweights->dtype()));
    }
    std::optional<Tensor> weights = fweights;
    if (aweights) weights = weights ? multiply(*fweights, *aweights) : *aweights;
    const Tensor total = weights ? sum(*weights, {}) : full({}, observations, DType::int64);
    Tensor norm = subtract(total, full({}, correction, DType::int64));
    if (aweights && correction != 0)
        norm = subtract(total, multiply(divide(sum(multiply(*weights, *aweights), {}), total), correction));
    const Tensor mean = divide(sum(weights ? multiply(in, *weights) : in, {1}), total);
    norm = recorded::call("aten::clamp", norm, 0);
    const Tensor centred = subtract(in, unsqueeze(mean, 1));
    const Tensor other = recorded::conj(weights ? multiply(centred, *weights) : centred);
    const Tensor product = recorded::matmul(centred, to_dtype(transpose(other, 0, 1), centred.dtype()));
    return recorded::call("aten::squeeze", divide(product, norm));
}

Tensor corrcoef(const Tensor& self) {
    WICK_CHECK(self.dim() <= 2,
               "corrcoef(): expected input to have two or fewer dimensions but got an input with {} dimensions",
               self.dim());
    const Tensor c = cov(self, 1, std::nullopt, std::nullopt);
    if (c.dim() == 0) return divide(c, c);
    const Tensor deviation = recorded::call("aten::sqrt", recorded::call("aten::real", recorded::diagonal(c)));
    const Tensor result = divide(divide(c, reshape(deviation, {-1, 1})), reshape(deviation, {1, -1}));
    return is_complex(result.dtype()) ? result : recorded::call("aten::clamp", result, -1, 1);
}

void register_gradient(Registry& ops) {
    using Dim = std::optional<int64_t>;
    ops.add(
           "aten::gradient.scalarint(Tensor self, *, Scalar? spacing=None, int? dim=None, int edge_order=1) -> "
           "Tensor[]")
        .kernel([](const Tensor& self, std::optional<Scalar> spacing, Dim dim, int64_t edge_order) {
            return gradient_even(self, one(dim), edge_order, {spacing.value_or(Scalar(1))});
        })
        .differentiated_by_parts();
    ops.add("aten::gradient.scalararray(Tensor self, *, Scalar spacing, int[] dim, int edge_order=1) -> Tensor[]")
        .kernel([](const Tensor& self, Scalar spacing, IntList dim, int64_t edge_order) {
            return gradient_even(self, dim, edge_order, {spacing});
        })
        .differentiated_by_parts();
    ops.add("aten::gradient.array(Tensor self, *, int[] dim, int edge_order=1) -> Tensor[]")
        .kernel([](const Tensor& self, IntList dim, int64_t edge_order) {
            return gradient_even(self, dim, edge_order, {Scalar(1)});
        })
        .differentiated_by_parts();
    ops.add(
           "aten::gradient.scalarrayint(Tensor self, *, Scalar[] spacing, int? dim=None, int edge_order=1) -> Tensor[]")
        .kernel([](const Tensor& self, const ListObject& spacing, Dim dim, int64_t edge_order) {
            return gradient_even(self, one(dim), edge_order, scalars(spacing));
        })
        .differentiated_by_parts();
    ops.add("aten::gradient.scalarrayarray(Tensor self, *, Scalar[] spacing, int[] dim, int edge_order=1) -> Tensor[]")
        .kernel([](const Tensor& self, const ListObject& spacing, IntList dim, int64_t edge_order) {
            return gradient_even(self, dim, edge_order, scalars(spacing));
        })
        .differentiated_by_parts();
    ops.add(
           "aten::gradient.tensorarrayint(Tensor self, *, Tensor[] spacing, int? dim=None, int edge_order=1) -> "
           "Tensor[]")
        .kernel([](const Tensor& self, const std::vector<Tensor>& spacing, Dim dim, int64_t edge_order) {
            return gradient_points(self, spacing, one(dim), edge_order);
        })
        .differentiated_by_parts();
    ops.add("aten::gradient.tensorarray(Tensor self, *, Tensor[] spacing, int[] dim, int edge_order=1) -> Tensor[]")
        .kernel([](const Tensor& self, const std::vector<Tensor>& spacing, IntList dim, int64_t edge_order) {
            return gradient_points(self, spacing, dim, edge_order);
        })
        .differentiated_by_parts();
}

}  // namespace

void register_calculus(Registry& ops) {
    for (std::string_view name : {"trapezoid", "trapz"})
        ops.add(fmt::format("aten::{}.x(Tensor y, Tensor x, *, int dim=-1) -> Tensor", name))
            .kernel(&trapezoid_x)
            .differentiated_by_parts();
    ops.add("aten::trapezoid.dx(Tensor y, *, Scalar dx=1, int dim=-1) -> Tensor")
        .kernel(&trapezoid_dx)
        .differentiated_by_parts();
    ops.add("aten::trapz.dx(Tensor y, *, float dx=1., int dim=-1) -> Tensor")
        .kernel([](const Tensor& y, double dx, int64_t dim) { return trapezoid_dx(y, dx, dim); })
        .differentiated_by_parts();
    ops.add("aten::cumulative_trapezoid.x(Tensor y, Tensor x, *, int dim=-1) -> Tensor")
        .kernel(&cumulative_x)
        .differentiated_by_parts();
    ops.add("aten::cumulative_trapezoid.dx(Tensor y, *, Scalar dx=1, int dim=-1) -> Tensor")
        .kernel(&cumulative_dx)
        .differentiated_by_parts();
    register_gradient(ops);
    ops.add("aten::cov(Tensor self, *, int correction=1, Tensor? fweights=None, Tensor? aweights=None) -> Tensor")
        .kernel(&cov)
        .differentiated_by_parts();
    ops.add("aten::corrcoef(Tensor self) -> Tensor").kernel(&corrcoef).differentiated_by_parts();
}

}  // namespace wick::jit
