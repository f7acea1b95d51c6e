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
        .kernel([](const Tensor& self, bool unbiased) { return variance(self, std::nullopt, unbiased, false, kRoot); });
    ops.add(fmt::format("aten::{}.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> Tensor",
                        name))
        .kernel([](const Tensor& self, Dims dim, bool unbiased, bool keepdim) {
            return variance(self, dim, unbiased, keepdim, kRoot);
        })
        .out("out");
    ops.add(fmt::format("aten::{}.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool "
                        "keepdim=False) -> Tensor",
                        name))
        .kernel([](const Tensor& self, Dims dim, std::optional<Scalar> correction, bool keepdim) {
            return variance(self, dim, correction_or_1(correction), keepdim, kRoot);
        })
        .out();
    ops.add(fmt::format("aten::{}_mean(Tensor self, bool unbiased=True) -> (Tensor, Tensor)", name))
        .kernel([](const Tensor& self, bool unbiased) {
            return std::tuple(variance(self, std::nullopt, unbiased, false, kRoot), mean(self));
        });
    ops
        .add(fmt::format(
            "aten::{}_mean.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> (Tensor, Tensor)",
            name))
        .kernel([](const Tensor& self, Dims dim, bool unbiased, bool keepdim) {
            return std::tuple(variance(self, dim, unbiased, keepdim, kRoot), mean(self, dim, keepdim));
        });
    ops.add(fmt::format("aten::{}_mean.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool "
                        "keepdim=False) -> (Tensor, Tensor)",
                        name))
        .kernel([](const Tensor& self, Dims dim, std::optional<Scalar> correction, bool keepdim) {
            return std::tuple(variance(self, dim, correction_or_1(correction), keepdim, kRoot),
                              mean(self, dim, keepdim));
        });
}

}  // namespace

void register_reduction_variance(Registry& ops) {
    add_variance<false>(ops, "var");
    add_variance<true>(ops, "std");
}

}  // namespace wick::jit
