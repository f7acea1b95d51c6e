// Activation functions.

#include <cmath>

#include "ops/families.h"
#include "ops/pointwise.h"

namespace wick::jit {
namespace {

using namespace ops;

Expr relu6_ramp(Expr x) { return min(max(x + 3, 0), 6) * (1.0 / 6); }
Expr softplus_of(Expr x) { return where(x > 20, x, log1p(exp(x))); }

Tensor prelu(const Tensor& self, const Tensor& weight) {
    const int64_t channels = self.dim() < 2 ? 1 : self.sizes()[1];
    WICK_CHECK(
        weight.numel() == 1 || weight.numel() == channels,
        "Mismatch of parameter numbers and input channel size. Found parameter numbers = {} and channel size = {}.",
        weight.numel(), channels);
    DimVector sizes(static_cast<size_t>(std::max<int64_t>(self.dim(), 1)), 1);
    if (weight.numel() > 1) sizes[1] = weight.numel();
    return pointwise(
        kPromote, [](Expr x, Expr w) { return where(x > 0, x, x * w); }, self,
        self.dim() == 0 ? reshape(weight, {}) : reshape(weight, sizes));
}

Tensor glu(const Tensor& self, int64_t dim) {
    WICK_CHECK(self.dim() > 0, "glu does not support 0-dimensional tensors");
    const int64_t d = wrap_dim(dim, self.dim());
    WICK_CHECK(self.sizes()[d] % 2 == 0, "Halving dimension must be even, but dimension {} is size {}", d,
               self.sizes()[d]);
    const std::vector<Tensor> halves = chunk(self, 2, d);
    return pointwise(
        kFloating, [](Expr a, Expr b) { return a * sigmoid(b); }, halves[0], halves[1]);
}

void register_clamps(Registry& ops) {
    using Bound = std::optional<Expr>;
    auto inside = [](Expr grad, Expr x, Bound lo, Bound hi) {
        if (lo) grad = where(x >= *lo, grad, 0);
        return hi ? where(x <= *hi, grad, 0) : grad;
    };
    // Where bounds have changed places the upper one rules.
    auto below = [](Expr grad, Expr x, Bound lo, Bound hi) {
        return where(hi ? x < *lo && *lo < *hi : x < *lo, grad, 0);
    };
    auto above = [](Expr grad, Expr x, Bound lo, Bound hi) {
        return where(lo ? x > *hi || *lo > *hi : x > *hi, grad, 0);
    };
    auto clamp = [](Expr x, std::optional<Expr> lo, std::optional<Expr> hi) {
        WICK_CHECK(lo || hi, "torch.clamp: At least one of 'min' or 'max' must not be None");
        if (lo) x = max(x, *lo);
        return hi ? min(x, *hi) : x;
    };
    // At the bounds themselves the gradient is the input's.
    ops.add("wick::clamp_backward(Tensor grad, Tensor self, Scalar? min, Scalar? max) -> Tensor").pointwise(inside);
    ops.add("wick::clamp_backward.Tensor(Tensor grad, Tensor self, Tensor? min, Tensor? max) -> Tensor")
        .pointwise(inside);
    ops.add("wick::clamp_backward_min(Tensor grad, Tensor self, Tensor? min, Tensor? max) -> Tensor").pointwise(below);
    ops.add("wick::clamp_backward_max(Tensor grad, Tensor self, Tensor? min, Tensor? max) -> Tensor").pointwise(above);
    for (std::string_view name : {"clamp", "clip"}) {
        ops.add(fmt::format("aten::{}(Tensor self, Scalar? min=None, Scalar? max=None) -> Tensor", name))
            .pointwise(clamp)
            .inplace()
            .out()
            .derivative("self", "ops.wick.clamp_backward(grad, self, min, max)")
            .gradient_name("ClampBackward1");
        ops.add(fmt::format("aten::{}.Tensor(Tensor self, Tensor? min=None, Tensor? max=None) -> Tensor", name))
            .pointwise(clamp)
            .inplace()
            .out("Tensor_out")
            .derivative("self", "ops.wick.clamp_backward(grad, self, min, max)")
            .derivative("min", "ops.wick.clamp_backward_min(grad, self, min, max)")
            .derivative("max", "ops.wick.clamp_backward_max(grad, self, min, max)")
            .gradient_name("ClampBackward0");
    }
    auto at_least = [](Expr x, Expr lo) { return max(x, lo); };
    auto at_most = [](Expr x, Expr hi) { return min(x, hi); };
    ops.add("aten::clamp_min(Tensor self, Scalar min) -> Tensor")
        .pointwise(at_least)
        .inplace()
        .out()
        .derivative("self", "ops.wick.clamp_backward(grad, self, min, None)");
    ops.add("aten::clamp_min.Tensor(Tensor self, Tensor min) -> Tensor")
        .pointwise(at_least)
        .inplace()
        .out("Tensor_out")
        .derivative("self", "ops.wick.clamp_backward(grad, self, min, None)")
        .derivative("min", "ops.wick.clamp_backward_min(grad, self, min, None)");
    ops.add("aten::clamp_max(Tensor self, Scalar max) -> Tensor")
        .pointwise(at_most)
        .inplace()
        .out()
        .derivative("self", "ops.wick.clamp_backward(grad, self, None, max)");
    ops.add("aten::clamp_max.Tensor(Tensor self, Tensor max) -> Tensor")
        .pointwise(at_most)
        .inplace()
        .out("Tensor_out")
        .derivative("self", "ops.wick.clamp_backward(grad, self, None, max)")
        .derivative("max", "ops.wick.clamp_backward_max(grad, self, None, max)");
}

}  // namespace

void register_activation(Registry& ops) {
    register_clamps(ops);
    // By its result, which the next operator will most often keep too.
    ops.add("aten::relu(Tensor self) -> Tensor")
        .pointwise([](Expr x) { return max(x, 0); })
        .inplace()
        .out()
        .derivative("self", "torch.threshold_backward(grad, result, 0)");
    ops.add("aten::relu6(Tensor self) -> Tensor")
        .pointwise([](Expr x) { return min(max(x, 0), 6); })
        .inplace()
        .gradient_name("HardtanhBackward0");
    ops.add("aten::gelu(Tensor self, *, str approximate='none') -> Tensor")
        .pointwise(kFloating,
                   [](Expr x, std::string_view approximate) {
                       if (approximate == "tanh") {
                           const Expr inner = (x + x * x * x * 0.044715) * (M_SQRT2 * M_2_SQRTPI * 0.5);
                           return x * 0.5 * (tanh(inner) + 1);
                       }
                       WICK_CHECK(approximate == "none", "approximate argument must be either none or tanh.");
                       return x * 0.5 * (erf(x * M_SQRT1_2) + 1);
                   })
        .inplace()
        .out();
    ops.add("aten::silu(Tensor self) -> Tensor")
        .pointwise(kFloating, [](Expr x) { return x * sigmoid(x); })
        .inplace()
        .out();
    ops.add("aten::mish(Tensor self) -> Tensor")
        .pointwise(kFloating, [](Expr x) { return x * tanh(softplus_of(x)); })
        .inplace()
        .out();
    ops.add("aten::hardswish(Tensor self) -> Tensor")
        .pointwise(kFloating, [](Expr x) { return x * relu6_ramp(x); })
        .inplace()
        .out();
    ops.add("aten::hardsigmoid(Tensor self) -> Tensor")
        .pointwise(kFloating, [](Expr x) { return relu6_ramp(x); })
        .inplace()
        .out();
    ops.add("aten::hardtanh(Tensor self, Scalar min_val=-1, Scalar max_val=1) -> Tensor")
        .pointwise([](Expr x, Expr lo, Expr hi) { return min(max(x, lo), hi); })
        .inplace()
        .out()
        .derivative("self", "torch.hardtanh_backward(grad, self, min_val, max_val)");
    // At the bounds themselves there is no gradient, unlike clamp's.
    ops.add("aten::hardtanh_backward(Tensor grad_output, Tensor self, Scalar min_val, Scalar max_val) -> Tensor")
        .pointwise([](Expr grad, Expr x, Expr lo, Expr hi) { return where(x <= lo || x >= hi, 0, grad); });
    ops.add("aten::leaky_relu(Tensor self, Scalar negative_slope=0.01) -> Tensor")
        .pointwise(kFloating, [](Expr x, Expr slope) { return where(x > 0, x, x * slope); })
        .inplace()
        .out();
    ops.add("aten::elu(Tensor self, Scalar alpha=1, Scalar scale=1, Scalar input_scale=1) -> Tensor")
        .pointwise(kFloating,
                   [](Expr x, Expr alpha, Expr scale, Expr input_scale) {
                       return where(x > 0, x * scale, expm1(x * input_scale) * (alpha * scale));
                   })
        .inplace()
        .out();
    ops.add("aten::celu(Tensor self, Scalar alpha=1.) -> Tensor")
        .pointwise(kFloating, [](Expr x, Expr alpha) { return where(x > 0, x, alpha * expm1(x / alpha)); })
        .inplace();
    ops.add("aten::selu(Tensor self) -> Tensor")
        .pointwise(kFloating,
                   [](Expr x) {
                       constexpr double kAlpha = 1.6732632423543772848170429916717;
                       constexpr double kScale = 1.0507009873554804934193349852946;
                       return where(x > 0, x * kScale, expm1(x) * (kAlpha * kScale));
                   })
        .inplace()
        .gradient_name("EluBackward0");
    ops.add("aten::softplus(Tensor self, Scalar beta=1, Scalar threshold=20) -> Tensor")
        .pointwise(kFloating,
                   [](Expr x, Expr beta, Expr threshold) {
                       const Expr scaled = x * beta;
                       return where(scaled > threshold, x, log1p(exp(scaled)) / beta);
                   })
        .out();
    ops.add("aten::threshold(Tensor self, Scalar threshold, Scalar value) -> Tensor")
        .pointwise([](Expr x, Expr threshold, Expr value) { return where(x <= threshold, value, x); })
        .inplace()
        .out();
    ops.add("aten::threshold_backward(Tensor grad_output, Tensor self, Scalar threshold) -> Tensor")
        .pointwise([](Expr g, Expr x, Expr threshold) { return where(x <= threshold, 0, g); })
        .out("grad_input", {"grad_input"});
    ops.add("aten::hardshrink(Tensor self, Scalar lambd=0.5) -> Tensor")
        .pointwise(kFloating, [](Expr x, Expr lambd) { return where(x >= -lambd && x <= lambd, 0, x); })
        .out();
    ops.add("aten::softshrink(Tensor self, Scalar lambd=0.5) -> Tensor")
        .pointwise(kFloating,
                   [](Expr x, Expr lambd) { return where(x > lambd, x - lambd, where(x < -lambd, x + lambd, x * 0)); })
        .out();
    ops.add("aten::log_sigmoid(Tensor self) -> Tensor")
        .pointwise(kFloating, [](Expr x) { return min(x, 0) - log1p(exp(-abs(x))); })
        .out()
        .derivative("self", "grad * torch.sigmoid(-self)");
    ops.add("aten::prelu(Tensor self, Tensor weight) -> Tensor").kernel(&prelu).decomposition(R"(
def prelu(self: Tensor, weight: Tensor) -> Tensor:
    if self.dim() == 0:
        shaped = weight.reshape([])
    else:
        sizes = [1] * self.dim()
        if weight.numel() > 1:
            sizes[1] = weight.numel()
        shaped = weight.reshape(sizes)
    return torch._prelu_kernel(self, shaped)
)");
    ops.add("aten::_prelu_kernel(Tensor self, Tensor weight) -> Tensor").pointwise([](Expr x, Expr w) {
        return where(x > 0, x, x * w);
    });
    ops.add("aten::glu(Tensor self, int dim=-1) -> Tensor").kernel(&glu).out().decomposition(R"(
def glu(self: Tensor, dim: int) -> Tensor:
    a, b = torch.chunk(self, 2, dim)
    return a * torch.sigmoid(b)
)");
}

}  // namespace wick::jit
