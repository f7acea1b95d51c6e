// Variance and standard deviation, with and without the mean.

#include <cmath>

#include "ops/families.h"
#include "ops/pointwise.h"
#include "ops/reduce.h"

namespace wick::jit {
namespace {

using namespace ops;
using Dims = std::optional<DimVector>;

/// Running mean and sum of squared deviations (Welford), merged by Chan's formula.
template <class T>
struct VarianceReducer {
    using Value = T;
    using Result = T;
    struct Acc {
        double mean = 0;
        double squares = 0;
        double count = 0;
    };
    double correction;
    bool root;
    Acc identity() const { return {}; }
    void add(Acc& a, T v) const {
        a.count += 1;
        const double delta = static_cast<double>(v) - a.mean;
        a.mean += delta / a.count;
        a.squares += delta * (static_cast<double>(v) - a.mean);
    }
    void merge(Acc& a, const Acc& b) const {
        if (b.count == 0) return;
        const double count = a.count + b.count;
        const double delta = b.mean - a.mean;
        a.mean += delta * b.count / count;
        a.squares += b.squares + delta * delta * a.count * b.count / count;
        a.count = count;
    }
    T finish(const Acc& a, int64_t count) const {
        const double variance = a.squares / std::max(0.0, static_cast<double>(count) - correction);
        return static_cast<T>(root ? std::sqrt(variance) : variance);
    }
};

Tensor variance(const Tensor& self, const Dims& dims, double correction, bool keepdim, bool root) {
    WICK_CHECK(is_floating(self.dtype()), "{} only support floating point and complex dtypes", root ? "std" : "var");
    const ReducedDims reduced(self, dims);
    if (self.dtype() == DType::float64)
        return reduce(self, VarianceReducer<double>{correction, root}, reduced, keepdim);
    return to_dtype(reduce(to_dtype(self, DType::float32), VarianceReducer<float>{correction, root}, reduced, keepdim),
                    self.dtype());
}

double correction_or_1(const std::optional<Scalar>& correction) { return correction ? correction->to_double() : 1.0; }

template <bool kRoot>
void add_variance(Registry& ops, std::string_view name) {
    ops.add(fmt::format("aten::{}(Tensor self, bool unbiased=True) -> Tensor", name))
        .kernel([](const Tensor& self, bool unbiased) { return variance(self, std::nullopt, unbiased, false, kRoot); })
        .derivative("self", kRoot ? "ops.wick.std_backward(grad, self, result, None, 1.0 if unbiased else 0.0, False)"
                                  : "ops.wick.var_backward(grad, self, None, 1.0 if unbiased else 0.0, False)");
    ops.add(fmt::format("aten::{}.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> Tensor",
                        name))
        .kernel([](const Tensor& self, Dims dim, bool unbiased, bool keepdim) {
            return variance(self, dim, unbiased, keepdim, kRoot);
        })
        .out("out")
        .derivative("self", kRoot ? "ops.wick.std_backward(grad, self, result, dim, 1.0 if unbiased else 0.0, keepdim)"
                                  : "ops.wick.var_backward(grad, self, dim, 1.0 if unbiased else 0.0, keepdim)")
        .gradient_name(kRoot ? "StdBackward0" : "VarBackward0");
    ops.add(fmt::format("aten::{}.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool "
                        "keepdim=False) -> Tensor",
                        name))
        .kernel([](const Tensor& self, Dims dim, std::optional<Scalar> correction, bool keepdim) {
            return variance(self, dim, correction_or_1(correction), keepdim, kRoot);
        })
        .out()
        .derivative(
            "self",
            kRoot ? "ops.wick.std_backward(grad, self, result, dim, 1.0 if correction is None else float(correction), "
                    "keepdim)"
                  : "ops.wick.var_backward(grad, self, dim, 1.0 if correction is None else float(correction), keepdim)")
        .gradient_name(kRoot ? "StdBackward0" : "VarBackward0");
    ops.add(fmt::format("aten::{}_mean(Tensor self, bool unbiased=True) -> (Tensor, Tensor)", name))
        .kernel([](const Tensor& self, bool unbiased) {
            return std::tuple(variance(self, std::nullopt, unbiased, false, kRoot), mean(self));
        })
        .derivative("self", kRoot ? "ops.wick.std_backward(grad0, self, result0, None, 1.0 if unbiased else 0.0, "
                                    "False) + ops.wick.mean_backward(grad1, self, None, False)"
                                  : "ops.wick.var_backward(grad0, self, None, 1.0 if unbiased else 0.0, False) + "
                                    "ops.wick.mean_backward(grad1, self, None, False)");
    ops
        .add(fmt::format(
            "aten::{}_mean.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> (Tensor, Tensor)",
            name))
        .kernel([](const Tensor& self, Dims dim, bool unbiased, bool keepdim) {
            return std::tuple(variance(self, dim, unbiased, keepdim, kRoot), mean(self, dim, keepdim));
        })
        .derivative("self", kRoot ? "ops.wick.std_backward(grad0, self, result0, dim, 1.0 if unbiased else 0.0, "
                                    "keepdim) + ops.wick.mean_backward(grad1, self, dim, keepdim)"
                                  : "ops.wick.var_backward(grad0, self, dim, 1.0 if unbiased else 0.0, keepdim) + "
                                    "ops.wick.mean_backward(grad1, self, dim, keepdim)");
    ops.add(fmt::format("aten::{}_mean.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool "
                        "keepdim=False) -> (Tensor, Tensor)",
                        name))
        .kernel([](const Tensor& self, Dims dim, std::optional<Scalar> correction, bool keepdim) {
            return std::tuple(variance(self, dim, correction_or_1(correction), keepdim, kRoot),
                              mean(self, dim, keepdim));
        })
        .derivative("self", kRoot ? "ops.wick.std_backward(grad0, self, result0, dim, 1.0 if correction is None else "
                                    "float(correction), keepdim) + ops.wick.mean_backward(grad1, self, dim, keepdim)"
                                  : "ops.wick.var_backward(grad0, self, dim, 1.0 if correction is None else "
                                    "float(correction), keepdim) + ops.wick.mean_backward(grad1, self, dim, keepdim)");
}

}  // namespace

void register_reduction_variance(Registry& ops) {
    ops.add("wick::mean_backward(Tensor grad, Tensor self, int[]? dim, bool keepdim) -> Tensor").composite(R"(
def mean_backward(grad: Tensor, self: Tensor, dim: Optional[List[int]], keepdim: bool) -> Tensor:
    return ops.wick.expand_reduced(grad * (grad.numel() / max(self.numel(), 1)), self.size(), dim, keepdim)
)");
    // Without degrees of freedom the derivative is infinite, but where nothing differs from the mean.
    ops.add("wick::var_backward(Tensor grad, Tensor self, int[]? dim, float correction, bool keepdim) -> Tensor")
        .composite(R"(
def var_backward(grad: Tensor, self: Tensor, dim: Optional[List[int]], correction: float, keepdim: bool) -> Tensor:
    wide = ops.wick.expand_reduced(grad, self.size(), dim, keepdim)
    centred = self - self.mean(dim, True)
    freedom = self.numel() / max(grad.numel(), 1) - correction
    if freedom <= 0:
        return wide * torch.where(centred == 0, float("nan"), float("inf"))
    return wide * centred * (2 / freedom)
)");
    ops.add(
           "wick::std_backward(Tensor grad, Tensor self, Tensor result, int[]? dim, float correction, bool keepdim) -> "
           "Tensor")
        .composite(R"(
def std_backward(grad: Tensor, self: Tensor, result: Tensor, dim: Optional[List[int]], correction: float, keepdim: bool) -> Tensor:
    halved = (grad / (result * 2)).masked_fill(result == 0, 0)
    return ops.wick.var_backward(halved, self, dim, correction, keepdim)
)");
    add_variance<false>(ops, "var");
    add_variance<true>(ops, "std");
}

}  // namespace wick::jit
