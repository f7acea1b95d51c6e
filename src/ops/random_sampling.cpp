// Random numbers whose distribution tensors give: normal, multinomial, poisson, and the randomised ReLU.

#include <cmath>

#include "ops/op_errors.h"
#include "ops/random_fill.h"
#include "ops/recorded.h"
#include "ops/registry.h"
#include "ops/tensor_ops.h"

namespace wick::jit {

using namespace ops;
using recorded::call;

namespace {

Tensor centred_normal(IntArrayRef sizes, DType dtype, double std, GeneratorImpl& generator) {
    return fill_normal(empty(sizes, dtype), 0, std, generator);
}

void check_std(const Tensor& std) {
    WICK_CHECK(!is_complex(std.dtype()), "normal expects standard deviation to be non-complex");
    WICK_CHECK(std.numel() == 0 || call("aten::min", std).item().to_double() >= 0,
               "normal expects all elements of std >= 0.0");
}

Tensor normal_around(const Tensor& mean, double std, GeneratorImpl& generator) {
    return call("aten::add_.Tensor", centred_normal(mean.sizes(), mean.dtype(), std, generator), mean);
}

Tensor normal_scaled(double mean, const Tensor& std, GeneratorImpl& generator) {
    check_std(std);
    const Tensor scaled = call("aten::mul_.Tensor", centred_normal(std.sizes(), std.dtype(), 1, generator), std);
    return call("aten::add_.Scalar", scaled, mean);
}

Tensor normal_both(const Tensor& mean, const Tensor& std, GeneratorImpl& generator) {
    check_std(std);
    const DimVector sizes = broadcast_sizes(mean.sizes(), std.sizes());
    const Tensor scaled = call("aten::mul_.Tensor", centred_normal(sizes, mean.dtype(), 1, generator), std);
    return call("aten::add_.Tensor", scaled, mean);
}

/// The place of a drawn number among cumulative probabilities that end at 1.
template <class T>
void draw_with_replacement(const Tensor& weights, const Tensor& result, RandomStream& stream) {
    const int64_t categories = weights.size(-1);
    const int64_t samples = result.size(-1);
    const T* weight = weights.data<T>();
    int64_t* to = result.mutable_data<int64_t>();
    std::vector<T> cumulative(static_cast<size_t>(categories));
    for (int64_t row = 0; row < result.numel() / samples; ++row, weight += categories) {
        T sum = 0;
        for (int64_t i = 0; i < categories; ++i) {
            WICK_CHECK(weight[i] >= 0, "invalid multinomial distribution (encountering probability entry < 0)");
            WICK_CHECK(std::isfinite(weight[i]),
                       "invalid multinomial distribution (encountering probability entry = infinity or NaN)");
            cumulative[static_cast<size_t>(i)] = sum += weight[i];
        }
        WICK_CHECK(sum > 0, "invalid multinomial distribution (sum of probabilities <= 0)");
        for (T& value : cumulative) value /= sum;
        cumulative.back() = 1;
        for (int64_t i = 0; i < samples; ++i) {
            const double drawn = stream.uniform();
            const auto found = std::ranges::lower_bound(cumulative, drawn, [](double a, double b) { return a < b; });
            *to++ = found - cumulative.begin();
        }
    }
}

Tensor multinomial(const Tensor& self, int64_t samples, bool replacement, GeneratorImpl& generator) {
    WICK_CHECK(self.dim() == 1 || self.dim() == 2, "prob_dist must be 1 or 2 dim");
    WICK_CHECK(is_floating(self.dtype()), "multinomial only supports floating-point dtypes for input, got: {}",
               scalar_name_of(self.dtype()));
    WICK_CHECK(samples > 0, "cannot sample n_sample <= 0 samples");
    const int64_t categories = self.size(-1);
    WICK_CHECK(replacement || samples <= categories,
               "cannot sample n_sample > prob_dist.size(-1) samples without replacement");
    WICK_CHECK(categories <= 1 << 24, "number of categories cannot exceed 2^24");
    DimVector sizes(self.sizes());
    sizes.back() = samples;
    if (checked_numel(sizes) == 0) return empty(sizes, DType::int64);
    WICK_CHECK(categories > 0, "cannot sample from 0 categories");

    if (replacement && samples > 1) {
        const Tensor result = empty(sizes, DType::int64);
        RandomStream stream(generator);
        if (self.dtype() == DType::float64)
            draw_with_replacement<double>(contiguous(self), result, stream);
        else
            draw_with_replacement<float>(contiguous(to_dtype(self, DType::float32)), result, stream);
        return result;
    }
    const bool valid =
        call("aten::max", self).item().to_double() < INFINITY && call("aten::min", self).item().to_double() >= 0;
    WICK_CHECK(valid, "probability tensor contains either `inf`, `nan` or element < 0");
    const Tensor sums = sum(self, DimVector{self.dim() - 1});
    WICK_CHECK(call("aten::min", sums).item().to_double() != 0,
               "invalid multinomial distribution (sum of probabilities <= 0)");
    // A race of exponential clocks: the category whose clock rings first is the sample, the next one the second, …
    const Tensor clock = fill_exponential(empty_like(self), 1, generator);
    const Tensor score = call("aten::div.Tensor", self, clock);
    if (samples == 1) return call("aten::argmax", score, -1, true);
    return call_operator("aten::topk", {score, samples}).to_tuple().elements[1].to_tensor();
}

/// Poisson numbers: products of uniform numbers for small rates, transformed rejection (Hörmann 1993, PTRS) for large.
int64_t poisson_number(double rate, RandomStream& stream) {
    WICK_CHECK(rate >= 0, "invalid Poisson rate, expected rate to be non-negative");
    if (rate == 0) return 0;
    if (rate < 10) {
        const double limit = std::exp(-rate);
        int64_t count = 0;
        for (double product = stream.uniform(); product > limit; product *= stream.uniform()) ++count;
        return count;
    }
    const double b = 0.931 + 2.53 * std::sqrt(rate);
    const double a = -0.059 + 0.02483 * b;
    const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
    const double v_r = 0.9277 - 3.6224 / (b - 2);
    for (;;) {
        const double u = stream.uniform() - 0.5;
        const double v = stream.uniform();
        const double us = 0.5 - std::abs(u);
        const double k = std::floor((2 * a / us + b) * u + rate + 0.43);
        if (us >= 0.07 && v <= v_r) return static_cast<int64_t>(k);
        if (k < 0 || k >= 0x1p63 || (us < 0.013 && v > us)) continue;
        int sign;
        if (std::log(v) + std::log(inverse_alpha) - std::log(a / (us * us) + b) <=
            -rate + k * std::log(rate) - lgamma_r(k + 1, &sign))
            return static_cast<int64_t>(k);
    }
}

Tensor poisson(const Tensor& self, GeneratorImpl& generator) {
    WICK_CHECK_IMPLEMENTED(is_floating(self.dtype()), "poisson_cpu", self.dtype());
    const Tensor rates = contiguous(to_dtype(self, DType::float64));
    const Tensor result = empty(self.sizes(), DType::float64);
    const double* rate = rates.data<double>();
    double* to = result.mutable_data<double>();
    RandomStream stream(generator);
    for (int64_t i = 0; i < result.numel(); ++i) to[i] = static_cast<double>(poisson_number(rate[i], stream));
    return to_dtype(result, self.dtype());
}

/// In training each x <= 0 is multiplied by a number of its own from [lower, upper), which `noise` keeps; else by their
/// mean.
Tensor rrelu_with_noise(const Tensor& self, const Tensor& noise, Scalar lower, Scalar upper, bool training,
                        GeneratorImpl& generator) {
    const double low = lower.to_double();
    const double high = upper.to_double();
    WICK_CHECK(low <= high, "Lower bound should be less than or equal to the upper bound");
    if (!training) return call("aten::leaky_relu", self, (low + high) / 2);
    WICK_CHECK(self.sizes() == noise.sizes(),
               "noise tensor shape must match self tensor shape. Got self.shape = {} noise.shape = {}",
               format_sizes(self.sizes()), format_sizes(noise.sizes()));
    const Tensor result = empty_like(self);
    const Tensor input = contiguous(self);
    const Tensor output = empty(self.sizes(), self.dtype());
    const Tensor slopes = empty(self.sizes(), self.dtype());
    dispatch_dtype(self.dtype(), [&]<class T>() {
        if constexpr (std::is_convertible_v<T, double> && !std::is_integral_v<T>) {
            RandomStream stream(generator);
            const double first = static_cast<double>(static_cast<T>(low));
            const double last = static_cast<double>(static_cast<T>(high));
            const T* x = input.data<T>();
            T* y = output.mutable_data<T>();
            T* slope = slopes.mutable_data<T>();
            for (int64_t i = 0; i < input.numel(); ++i) {
                slope[i] = x[i] <= T(0) ? static_cast<T>(stream.uniform() * (last - first) + first) : T(1);
                y[i] = static_cast<T>(x[i] * slope[i]);
            }
        } else {
            throw_not_implemented("rrelu_with_noise_out_cpu", self.dtype());
        }
    });
    copy_into(result, output);
    copy_into(noise, slopes);
    return result;
}

}  // namespace

static void register_rrelu(Registry& ops) {
#define WICK_RRELU \
    "Scalar lower=0.125, Scalar upper=0.33333333333333331, bool training=False, Generator? generator=None"
    ops.add("aten::rrelu_with_noise(Tensor self, Tensor(b!) noise, " WICK_RRELU ") -> Tensor")
        .kernel(&rrelu_with_noise)
        .side_effects()
        .inplace()
        .out()
        // The slope is what it multiplied with.
        .derivative("self", "grad * torch.where(self == 0, (float(lower) + float(upper)) / 2, result / self)");
    ops.add("aten::rrelu(Tensor self, " WICK_RRELU ") -> Tensor")
        .kernel([](const Tensor& self, Scalar lower, Scalar upper, bool training, GeneratorImpl& generator) {
            return rrelu_with_noise(self, empty(self.sizes(), self.dtype()), lower, upper, training, generator);
        })
        .side_effects()
        .inplace()
        // The slope is what it multiplied with.
        .derivative("self", "grad * torch.where(self == 0, (float(lower) + float(upper)) / 2, result / self)");
#undef WICK_RRELU
}

void register_random_sampling(Registry& ops) {
    ops.add("aten::normal.Tensor_float(Tensor mean, float std=1., *, Generator? generator=None) -> Tensor")
        .kernel(&normal_around)
        .side_effects()
        .out()
        .derivative("mean", "torch.zeros_like(grad)");
    ops.add("aten::normal.float_Tensor(float mean, Tensor std, *, Generator? generator=None) -> Tensor")
        .kernel(&normal_scaled)
        .side_effects()
        .out()
        .derivative("std", "torch.zeros_like(grad)");
    ops.add("aten::normal.Tensor_Tensor(Tensor mean, Tensor std, *, Generator? generator=None) -> Tensor")
        .kernel(&normal_both)
        .side_effects()
        .out()
        .derivative("mean", "torch.zeros_like(grad)")
        .derivative("std", "torch.zeros_like(grad)");
    ops.add(
           "aten::multinomial(Tensor self, SymInt num_samples, bool replacement=False, *, Generator? generator=None) "
           "-> Tensor")
        .kernel(&multinomial)
        .side_effects()
        .out();
    ops.add("aten::poisson(Tensor self, Generator? generator=None) -> Tensor")
        .kernel(&poisson)
        .side_effects()
        .out()
        .derivative("self", "torch.zeros_like(grad)");
    register_rrelu(ops);
}

}  // namespace wick::jit
