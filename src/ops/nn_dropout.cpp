// Dropout: the identity outside training. In training every element (or, for feature_dropout, every channel of every
// sample) is kept with probability 1 - p. The random numbers are those of aten::bernoulli_, so the same seed drops the
// same elements as in PyTorch.
#include <cmath>

#include "ops/families.h"
#include "ops/nn_common.h"
#include "ops/recorded.h"
#include "ops/registry.h"

namespace wick::jit {

using namespace ops;
using recorded::call;

namespace {

enum class Grain { element, channel };
enum class Noise { zero, alpha };

Tensor keep_mask(const Tensor& input, double p, Grain grain) {
    if (grain == Grain::element) return call("aten::bernoulli_.float", empty_like(input), 1 - p);
    WICK_CHECK(input.dim() >= 2, "Feature dropout requires at least 2 dimensions in the input");
    DimVector sizes(input.sizes().size(), 1);
    sizes[0] = input.size(0);
    sizes[1] = input.size(1);
    return call("aten::bernoulli_.float", empty(sizes, input.dtype()), 1 - p);
}

/// The factor and, for alpha dropout, the addend of every element.
template <Grain grain, Noise noise>
Tensor dropout(const Tensor& input, double p, bool train) {
    WICK_CHECK(p >= 0 && p <= 1, "dropout probability has to be between 0 and 1, but got {}", p);
    if (p == 0 || !train || input.numel() == 0) return input;
    if (p == 1) return call("aten::mul.Scalar", input, 0.0);
    const Tensor keep = keep_mask(input, p, grain);
    if constexpr (noise == Noise::zero) {
        return call("aten::mul.Tensor", input, call("aten::div.Scalar", keep, 1 - p));
    } else {
        // The negative saturation value of SELU takes the place of dropped elements; a and b restore mean and variance.
        constexpr double kAlpha = 1.7580993408473766;
        const double a = 1 / std::sqrt((kAlpha * kAlpha * p + 1) * (1 - p));
        const Tensor shift =
            call("aten::add.Scalar", call("aten::mul.Scalar", call("aten::add.Scalar", keep, -1.0), kAlpha * a),
                 kAlpha * a * p);
        return call("aten::add.Tensor", call("aten::mul.Tensor", input, call("aten::mul.Scalar", keep, a)), shift);
    }
}

template <Grain grain, Noise noise>
Tensor dropout_in_place(const Tensor& self, double p, bool train) {
    const Tensor result = dropout<grain, noise>(self, p, train);
    if (!result.is_same(self)) copy_into(self, result);
    return self;
}

std::tuple<Tensor, Tensor> native_dropout(const Tensor& input, double p, std::optional<bool> train) {
    if (!train.value_or(true) || input.numel() == 0 || p == 0) return {clone(input), ones(input.sizes(), DType::bool_)};
    if (p == 1) return {zeros_like(input), zeros(input.sizes(), DType::bool_)};
    const Tensor keep = keep_mask(input, p, Grain::element);
    return {call("aten::mul.Scalar", call("aten::mul.Tensor", input, keep), 1 / (1 - p)), to_dtype(keep, DType::bool_)};
}

}  // namespace

void register_nn_dropout(Registry& ops) {
    ops.add("aten::dropout(Tensor input, float p, bool train) -> Tensor")
        .kernel(&dropout<Grain::element, Noise::zero>)
        .side_effects()
        .differentiated_by_parts();
    ops.add("aten::dropout_(Tensor(a!) self, float p, bool train) -> Tensor(a!)")
        .kernel(&dropout_in_place<Grain::element, Noise::zero>)
        .side_effects()
        .differentiated_by_parts();
    ops.add("aten::feature_dropout(Tensor input, float p, bool train) -> Tensor")
        .kernel(&dropout<Grain::channel, Noise::zero>)
        .side_effects()
        .differentiated_by_parts();
    ops.add("aten::feature_dropout_(Tensor(a!) self, float p, bool train) -> Tensor(a!)")
        .kernel(&dropout_in_place<Grain::channel, Noise::zero>)
        .side_effects()
        .differentiated_by_parts();
    ops.add("aten::alpha_dropout(Tensor input, float p, bool train) -> Tensor")
        .kernel(&dropout<Grain::element, Noise::alpha>)
        .side_effects()
        .differentiated_by_parts();
    ops.add("aten::alpha_dropout_(Tensor(a!) self, float p, bool train) -> Tensor(a!)")
        .kernel(&dropout_in_place<Grain::element, Noise::alpha>)
        .side_effects()
        .differentiated_by_parts();
    ops.add("aten::feature_alpha_dropout(Tensor input, float p, bool train) -> Tensor")
        .kernel(&dropout<Grain::channel, Noise::alpha>)
        .side_effects()
        .differentiated_by_parts();
    ops.add("aten::feature_alpha_dropout_(Tensor(a!) self, float p, bool train) -> Tensor(a!)")
        .kernel(&dropout_in_place<Grain::channel, Noise::alpha>)
        .side_effects()
        .differentiated_by_parts();
    ops.add("aten::native_dropout(Tensor input, float p, bool? train) -> (Tensor, Tensor)")
        .kernel(&native_dropout)
        .side_effects()
        .differentiated_by_parts();
}

}  // namespace wick::jit
