// The operators that fuse_layers makes; no text shows them. `wick::conv2d_fused` and its like apply an evaluated batch
// normalisation and an activation themselves where they can, and `wick::finish_layer`, which stands where the
// normalisation stood, does what they could not: both decide by the same rule.
#include "ops/fused_layers.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>

#include "ops/families.h"
#include "ops/linalg_product.h"
#include "ops/nn_common.h"
#include "ops/nn_conv.h"
#include "ops/registry.h"

namespace wick::jit {

using namespace ops;

std::span<const FusedActivation> fused_activations() {
    using kernels::Activation;
    static constexpr FusedActivation kAll[] = {
        {"", Activation::None},
        {"aten::relu", Activation::Clamp},
        {"aten::hardtanh", Activation::Clamp},
        {"aten::relu6", Activation::Clamp},
        {"aten::gelu", Activation::Gelu},
        {"aten::gelu", Activation::GeluTanh},
        {"aten::silu", Activation::Silu},
        {"aten::sigmoid", Activation::Sigmoid},
        {"aten::tanh", Activation::Tanh},
        {"aten::hardswish", Activation::HardSwish},
        {"aten::hardsigmoid", Activation::HardSigmoid},
    };
    return kAll;
}

namespace {

/// By the numbers above, for a result that no kernel applied it to.
constexpr std::string_view kActivate = R"(
def activate(self: Tensor, activation: int, low: float, high: float) -> Tensor:
    if activation == 1:
        y = torch.relu(self)
    elif activation == 2:
        y = torch.hardtanh(self, low, high)
    elif activation == 3:
        y = torch.relu6(self)
    elif activation == 4:
        y = torch.gelu(self, approximate="none")
    elif activation == 5:
        y = torch.gelu(self, approximate="tanh")
    elif activation == 6:
        y = torch.silu(self)
    elif activation == 7:
        y = torch.sigmoid(self)
    elif activation == 8:
        y = torch.tanh(self)
    elif activation == 9:
        y = torch.hardswish(self)
    elif activation == 10:
        y = torch.hardsigmoid(self)
    else:
        y = self
    return y
)";

struct After {
    int64_t activation;
    double low, high;

    kernels::Activation kernel() const {
        const auto all = fused_activations();
        WICK_CHECK(activation >= 0 && activation < static_cast<int64_t>(all.size()), "no activation has the number {}",
                   activation);
        return all[static_cast<size_t>(activation)].kernel;
    }
    /// Whether the kernel's result is that of two operators. Results of 16 bits are rounded between them, which bounds
    /// alone do not see; whole and complex numbers have no such kernel.
    bool is_exact_for(DType dtype) const {
        const bool is_wide = dtype == DType::float32 || dtype == DType::float64;
        return is_wide || (is_floating(dtype) && kernel() == kernels::Activation::Clamp);
    }
    Tensor apply(const Tensor& x) const {
        return activation == 0 ? x : call_operator("wick::activate", {x, activation, low, high}).to_tensor();
    }
};

bool is_row(const Tensor& values, DType dtype, int64_t size) {
    return values.dtype() == dtype && values.dim() == 1 && values.size(0) == size;
}

/// An evaluated batch normalisation as x * scale + shift; the mean of a loaded module keeps it (TensorImpl::derived).
class FoldedNormalization : public DerivedData {
 public:
    /// What it is computed of beside the mean: rows, some of them undefined.
    using Sources = std::array<Tensor, 4>;
    FoldedNormalization(const Sources& sources, double eps, Tensor scale, Tensor shift)
        : scale(std::move(scale)), shift(std::move(shift)), eps_(eps) {
        std::ranges::transform(sources, places_.begin(), place_of);
    }
    bool is_of(const Sources& sources, double eps) const {
        return eps == eps_ && std::ranges::equal(sources, places_, {}, place_of);
    }
    /// Since it was loaded.
    static bool was_never_written(const Tensor& tensor) {
        return !tensor.defined() || (tensor.impl()->is_constant && tensor.impl()->storage->version() == 0);
    }
    const Tensor scale, shift;

 private:
    using Place = std::pair<IntrusivePtr<Storage>, int64_t>;
    static Place place_of(const Tensor& tensor) {
        return tensor.defined() ? Place(tensor.impl()->storage, tensor.storage_offset()) : Place();
    }
    std::array<Place, 4> places_;
    const double eps_;
};

/// An evaluated batch normalisation.
struct Normalization {
    const Tensor &weight, &bias, &mean, &var;
    bool training;
    double eps;

    /// Whether the layer applies it itself: to a result of that dtype and so many dimensions and channels.
    bool joins(DType dtype, int64_t dims, int64_t expected_dims, int64_t channels) const {
        const auto fits = [&](const Tensor& values) {
            return is_row(values, dtype, channels) && values.is_contiguous();
        };
        return !training && (dtype == DType::float32 || dtype == DType::float64) && dims == expected_dims &&
               mean.defined() && fits(mean) && var.defined() && fits(var) && (!weight.defined() || fits(weight)) &&
               (!bias.defined() || fits(bias));
    }

    /// Of a layer with that bias: (x + layer_bias - mean) / sqrt(var + eps) * weight + bias, as x * scale + shift.
    void fold_into(ConvEpilogue& after, const Tensor& layer_bias) const {
        const FoldedNormalization::Sources sources{weight, bias, var, layer_bias};
        const bool lasts = FoldedNormalization::was_never_written(mean) &&
                           std::ranges::all_of(sources, &FoldedNormalization::was_never_written);
        const auto* kept = lasts ? dynamic_cast<const FoldedNormalization*>(mean.impl()->derived(0)) : nullptr;
        if (kept && kept->is_of(sources, eps)) {
            after.scale = kept->scale;
            after.shift = kept->shift;
            return;
        }
        compute(after, layer_bias);
        if (lasts)
            mean.impl()->set_derived(0, make_intrusive<FoldedNormalization>(sources, eps, after.scale, after.shift));
    }

 private:
    void compute(ConvEpilogue& after, const Tensor& layer_bias) const {
        after.scale = empty(mean.sizes(), mean.dtype());
        after.shift = empty(mean.sizes(), mean.dtype());
        dispatch_float(mean.dtype(), "batch_norm", [&]<class T>() {
            const T *w = data_or_null<T>(weight), *b = data_or_null<T>(bias), *own = data_or_null<T>(layer_bias);
            const T *m = mean.data<T>(), *v = var.data<T>();
            T *scale = after.scale.mutable_data<T>(), *shift = after.shift.mutable_data<T>();
            for (int64_t c = 0; c < mean.numel(); ++c) {
                scale[c] = (w ? w[c] : T(1)) / std::sqrt(v[c] + static_cast<T>(eps));
                shift[c] = ((own ? own[c] : T(0)) - m[c]) * scale[c] + (b ? b[c] : T(0));
            }
        });
    }
};

Tensor linear_fused(const Tensor& input, const Tensor& weight, const Tensor& bias, int64_t activation, double low,
                    double high) {
    const After after{activation, low, high};
    if (!after.is_exact_for(input.dtype())) return after.apply(linear(input, weight, bias));
    return linear(input, weight, bias, {{}, after.kernel(), low, high});
}

template <int64_t n>
Tensor conv_fused(const Tensor& input, const Tensor& weight, const Tensor& bias, const IntList& stride,
                  const IntList& padding, const IntList& dilation, int64_t groups, bool normalizes,
                  const Tensor& norm_weight, const Tensor& norm_bias, const Tensor& mean, const Tensor& var,
                  bool training, double eps, int64_t activation, double low, double high) {
    const After after{activation, low, high};
    const Normalization norm{norm_weight, norm_bias, mean, var, training, eps};
    ConvArguments args{stride, padding, dilation, {}, false, groups};
    const auto plain = [&] { return convolve(input, weight, bias, args, n); };
    if (normalizes) {
        // What does not fit is an error of the convolution.
        if (weight.dim() != n + 2 || (bias.defined() && !is_row(bias, input.dtype(), weight.size(0)))) return plain();
        if (!norm.joins(input.dtype(), input.dim(), n + 2, weight.size(0))) return plain();
    } else if (!after.is_exact_for(input.dtype())) {
        return after.apply(plain());
    }
    ConvEpilogue epilogue{{}, {}, after.kernel(), low, high};
    if (normalizes) norm.fold_into(epilogue, bias.defined() ? contiguous(bias) : bias);
    return convolve(input, weight, bias, std::move(args), n, epilogue);
}

Tensor finish_layer(const Tensor& layer, int64_t dims, const Tensor& weight, const Tensor& bias, const Tensor& mean,
                    const Tensor& var, bool training, double momentum, double eps, int64_t activation, double low,
                    double high) {
    const Normalization norm{weight, bias, mean, var, training, eps};
    if (layer.dim() > 1 && norm.joins(layer.dtype(), layer.dim(), dims + 2, layer.size(1))) return layer;
    const IValue normalized =
        call_operator("aten::batch_norm", {layer, weight, bias, mean, var, training, momentum, eps, false});
    return After{activation, low, high}.apply(normalized.to_tensor());
}

}  // namespace

void register_fused_layers(Registry& ops) {
    ops.add("wick::activate(Tensor self, int activation, float low, float high) -> Tensor").composite(kActivate);
    ops.add(
           "wick::linear_fused(Tensor input, Tensor weight, Tensor? bias, int activation, float low, float high) -> "
           "Tensor")
        .kernel(&linear_fused)
        .decomposition(R"(
def linear_fused(input, weight, bias: Optional[Tensor], activation: int, low: float, high: float):
    return ops.wick.activate(torch.linear(input, weight, bias), activation, low, high)
)");
    const auto add_conv = [&](int64_t n, auto kernel) {
        ops.add(fmt::format("wick::conv{0}d_fused(Tensor input, Tensor weight, Tensor? bias, int[{0}] stride, int[{0}] "
                            "padding, int[{0}] dilation, int groups, bool normalizes, Tensor? norm_weight, Tensor? "
                            "norm_bias, Tensor? running_mean, Tensor? running_var, bool training, float eps, int "
                            "activation, float low, float high) -> Tensor",
                            n))
            .kernel(kernel)
            .decomposition(R"(
def conv_fused(input, weight, bias: Optional[Tensor], stride: List[int], padding: List[int], dilation: List[int], groups: int, normalizes: bool, norm_weight: Optional[Tensor], norm_bias: Optional[Tensor], running_mean: Optional[Tensor], running_var: Optional[Tensor], training: bool, eps: float, activation: int, low: float, high: float):
    if len(stride) == 1:
        y = torch.conv1d(input, weight, bias, stride, padding, dilation, groups)
    elif len(stride) == 2:
        y = torch.conv2d(input, weight, bias, stride, padding, dilation, groups)
    else:
        y = torch.conv3d(input, weight, bias, stride, padding, dilation, groups)
    return y if normalizes else ops.wick.activate(y, activation, low, high)
)");
    };
    add_conv(1, &conv_fused<1>);
    add_conv(2, &conv_fused<2>);
    add_conv(3, &conv_fused<3>);
    ops.add(
           "wick::finish_layer(Tensor layer, int dims, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? "
           "running_var, bool training, float momentum, float eps, int activation, float low, float high) -> Tensor")
        .kernel(&finish_layer)
        .decomposition(R"(
def finish_layer(layer, dims: int, weight: Optional[Tensor], bias: Optional[Tensor], running_mean: Optional[Tensor], running_var: Optional[Tensor], training: bool, momentum: float, eps: float, activation: int, low: float, high: float):
    y = torch.batch_norm(layer, weight, bias, running_mean, running_var, training, momentum, eps, False)
    return ops.wick.activate(y, activation, low, high)
)");
}

}  // namespace wick::jit
