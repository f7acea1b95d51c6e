// Normalisation layers. With statistics (mean, var) of a slice, biased: y = (x - mean) / sqrt(var + eps) * weight +
// bias. Slices: batch_norm, a channel; layer_norm, the last dimensions; group_norm, a group of channels of one sample;
// instance_norm, one channel of one sample.
#include <algorithm>
#include <cmath>
#include <limits>

#include <wick/support/parallel.h>

#include "kernels/nn_rows.h"
#include "ops/families.h"
#include "ops/nn_common.h"
#include "ops/registry.h"

namespace wick::jit {

using namespace ops;

namespace {

using Stats = std::vector<double>;

/// Input of a channel-wise norm, [batch, channels, inner] in its compute dtype.
struct Channels {
    Channels(const Tensor& input, std::string_view op) : x(compute_input(input)) {
        WICK_CHECK(input.dim() >= 2, "{}: expected at least 2 dimensions (got {} dimensions)", op, input.dim());
        batch = input.size(0);
        channels = input.size(1);
        inner = batch * channels == 0 ? 0 : input.numel() / (batch * channels);
    }
    Tensor x;
    int64_t batch, channels, inner;
};

void check_channels(const Tensor& t, int64_t channels, std::string_view argument) {
    WICK_CHECK(!t.defined() || t.numel() == channels, "{} should contain {} elements not {}", argument, channels,
               t.numel());
}

/// A per-channel tensor as doubles; `otherwise` everywhere when undefined.
Stats channel_values(const Tensor& t, int64_t channels, double otherwise, std::string_view argument) {
    if (!t.defined()) return Stats(static_cast<size_t>(channels), otherwise);
    check_channels(t, channels, argument);
    const Tensor values = compute_input(t, DType::float64);
    return Stats(values.data<double>(), values.data<double>() + channels);
}

/// Scale and shift that do the whole normalisation of channel i: y = x * scale + shift.
void fold_affine(Stats& scale, Stats& shift, const Stats& mean, const Stats& var, double eps) {
    for (size_t i = 0; i < scale.size(); ++i) {
        scale[i] /= std::sqrt(var[i] + eps);
        shift[i] -= mean[i] * scale[i];
    }
}

/// y[o, c, i] = x * scale[c] + shift[c] in x's dtype.
Tensor apply_affine(const Tensor& x, int64_t outer, int64_t channels, int64_t inner, const Stats& scale,
                    const Stats& shift, std::string_view op) {
    const Tensor out = empty(x.sizes(), x.dtype());
    dispatch_float(x.dtype(), op, [&]<class T>() {
        const std::vector<T> a(scale.begin(), scale.end()), b(shift.begin(), shift.end());
        kernels::channel_affine<T>(outer, channels, inner, x.data<T>(), a.data(), b.data(), out.mutable_data<T>());
    });
    return out;
}

struct Moments {
    Stats mean, var;
};

Moments moments_of_rows(const Tensor& x, int64_t rows, int64_t n, std::string_view op) {
    Moments m{Stats(static_cast<size_t>(rows)), Stats(static_cast<size_t>(rows))};
    dispatch_float(x.dtype(), op,
                   [&]<class T>() { kernels::row_moments<T>(rows, n, x.data<T>(), m.mean.data(), m.var.data()); });
    return m;
}

/// Joins the moments of the same channel in all samples, each of `inner` elements.
Moments join_batch(const Moments& rows, int64_t batch, int64_t channels) {
    Moments joined{Stats(static_cast<size_t>(channels), 0.0), Stats(static_cast<size_t>(channels), 0.0)};
    const double share = 1.0 / static_cast<double>(batch);
    for (int64_t c = 0; c < channels; ++c) {
        for (int64_t n = 0; n < batch; ++n) joined.mean[c] += rows.mean[n * channels + c] * share;
        for (int64_t n = 0; n < batch; ++n) {
            const double off = rows.mean[n * channels + c] - joined.mean[c];
            joined.var[c] += (rows.var[n * channels + c] + off * off) * share;
        }
    }
    return joined;
}

/// running = (1 - momentum) * running + momentum * batch, in place.
void update_running(const Tensor& running, const Stats& batch, double factor, double momentum) {
    if (!running.defined()) return;
    const Tensor now = compute_input(running, DType::float64);
    const Tensor next = empty({static_cast<int64_t>(batch.size())}, DType::float64);
    double* values = next.mutable_data<double>();
    for (size_t c = 0; c < batch.size(); ++c)
        values[c] = (1 - momentum) * now.data<double>()[c] + momentum * batch[c] * factor;
    copy_into(running, view(next, running.sizes()));
}

Tensor stats_tensor(const Stats& values, DType dtype) {
    const Tensor t = empty({static_cast<int64_t>(values.size())}, DType::float64);
    std::copy(values.begin(), values.end(), t.mutable_data<double>());
    return to_dtype(t, dtype);
}

using Three = std::tuple<Tensor, Tensor, Tensor>;

Three native_batch_norm(const Tensor& input, const Tensor& weight, const Tensor& bias, const Tensor& running_mean,
                        const Tensor& running_var, bool training, double momentum, double eps) {
    const Channels in(input, "batch_norm");
    check_channels(running_mean, in.channels, "running_mean");
    check_channels(running_var, in.channels, "running_var");
    Stats scale = channel_values(weight, in.channels, 1, "weight"),
          shift = channel_values(bias, in.channels, 0, "bias");
    if (!training) {
        WICK_CHECK(running_mean.defined() && running_var.defined(),
                   "running_mean and running_var must be defined in evaluation mode");
        fold_affine(scale, shift, channel_values(running_mean, in.channels, 0, "running_mean"),
                    channel_values(running_var, in.channels, 0, "running_var"), eps);
        const Tensor y = apply_affine(in.x, in.batch, in.channels, in.inner, scale, shift, "batch_norm");
        return {to_dtype(y, input.dtype()), empty({0}, in.x.dtype()), empty({0}, in.x.dtype())};
    }
    const int64_t count = in.batch * in.inner;
    WICK_CHECK(in.channels == 0 || count > 0, "input tensor must have at least one element, but got input_sizes = {}",
               format_sizes(input.sizes()));
    const Moments m =
        join_batch(moments_of_rows(in.x, in.batch * in.channels, in.inner, "batch_norm"), in.batch, in.channels);
    update_running(running_mean, m.mean, 1, momentum);
    update_running(running_var, m.var, static_cast<double>(count) / static_cast<double>(count - 1), momentum);
    fold_affine(scale, shift, m.mean, m.var, eps);
    Stats invstd(m.var);
    for (double& v : invstd) v = 1 / std::sqrt(v + eps);
    const Tensor y = apply_affine(in.x, in.batch, in.channels, in.inner, scale, shift, "batch_norm");
    return {to_dtype(y, input.dtype()), stats_tensor(m.mean, in.x.dtype()), stats_tensor(invstd, in.x.dtype())};
}

Tensor batch_norm(const Tensor& input, const Tensor& weight, const Tensor& bias, const Tensor& running_mean,
                  const Tensor& running_var, bool training, double momentum, double eps, bool) {
    return std::get<0>(native_batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps));
}

/// The two ways of native_batch_norm. In training the gradients need nothing of the running statistics, which change.
Three batch_norm_training(const Tensor& input, const Tensor& weight, const Tensor& bias, const Tensor& running_mean,
                          const Tensor& running_var, double momentum, double eps) {
    return native_batch_norm(input, weight, bias, running_mean, running_var, true, momentum, eps);
}

Tensor batch_norm_evaluation(const Tensor& input, const Tensor& weight, const Tensor& bias, const Tensor& running_mean,
                             const Tensor& running_var, double eps) {
    return std::get<0>(native_batch_norm(input, weight, bias, running_mean, running_var, false, 0, eps));
}

Three batch_norm_no_stats(const Tensor& input, const Tensor& weight, const Tensor& bias, bool training, double momentum,
                          double eps) {
    return native_batch_norm(input, weight, bias, Tensor(), Tensor(), training, momentum, eps);
}

Three batch_norm_no_training(const Tensor& input, const Tensor& weight, const Tensor& bias, const Tensor& running_mean,
                             const Tensor& running_var, double momentum, double eps) {
    return native_batch_norm(input, weight, bias, running_mean, running_var, false, momentum, eps);
}

std::tuple<Tensor, Tensor, Tensor, Tensor> cudnn_batch_norm(const Tensor& input, const Tensor& weight,
                                                            const Tensor& bias, const Tensor& running_mean,
                                                            const Tensor& running_var, bool training, double momentum,
                                                            double eps) {
    auto [y, mean, invstd] = native_batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps);
    return {y, mean, invstd, empty({0}, DType::uint8)};
}

/// Splits the shape at the normalised part: rows × n.
std::pair<int64_t, int64_t> split_rows(const Tensor& input, const IntList& normalized_shape, const Tensor& weight,
                                       const Tensor& bias) {
    WICK_CHECK(!normalized_shape.empty(),
               "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got "
               "normalized_shape = []");
    const IntArrayRef shape = normalized_shape;
    const size_t rank = input.sizes().size();
    const bool fits = rank >= shape.size() && input.sizes().slice(rank - shape.size()) == shape;
    WICK_CHECK(fits, "Given normalized_shape={}, expected input with shape [*, {}], but got input of size{}",
               format_sizes(shape), fmt::join(shape, ", "), format_sizes(input.sizes()));
    for (const auto& [parameter, name] : {std::pair{&weight, "weight"}, std::pair{&bias, "bias"}}) {
        WICK_CHECK(
            !parameter->defined() || parameter->sizes() == shape,
            "Expected {} to be of same shape as normalized_shape, but got {} of shape {} and normalized_shape = {}",
            name, name, format_sizes(parameter->sizes()), format_sizes(shape));
    }
    const int64_t n = checked_numel(shape);
    return {n == 0 ? 0 : input.numel() / n, n};
}

Three native_layer_norm(const Tensor& input, const IntList& normalized_shape, const Tensor& weight, const Tensor& bias,
                        double eps) {
    const auto [rows, n] = split_rows(input, normalized_shape, weight, bias);
    const Tensor x = compute_input(input);
    const Tensor gamma = compute_input(weight, x.dtype()), beta = compute_input(bias, x.dtype());
    DimVector stat_sizes(input.sizes());
    for (size_t d = stat_sizes.size() - normalized_shape.size(); d < stat_sizes.size(); ++d) stat_sizes[d] = 1;
    const Tensor out = empty(x.sizes(), x.dtype()), mean = empty(stat_sizes, x.dtype()),
                 rstd = empty(stat_sizes, x.dtype());
    dispatch_float(x.dtype(), "LayerNormKernelImpl", [&, rows = rows, n = n]<class T>() {
        kernels::layer_norm<T>(rows, n, x.data<T>(), data_or_null<T>(gamma), data_or_null<T>(beta), eps,
                               out.mutable_data<T>(), mean.mutable_data<T>(), rstd.mutable_data<T>());
    });
    return {to_dtype(out, input.dtype()), mean, rstd};
}

Tensor layer_norm(const Tensor& input, const IntList& normalized_shape, const Tensor& weight, const Tensor& bias,
                  double eps, bool) {
    const auto [rows, n] = split_rows(input, normalized_shape, weight, bias);
    const Tensor x = compute_input(input);
    const Tensor gamma = compute_input(weight, x.dtype()), beta = compute_input(bias, x.dtype());
    const Tensor out = empty(x.sizes(), x.dtype());
    dispatch_float(x.dtype(), "LayerNormKernelImpl", [&, rows = rows, n = n]<class T>() {
        kernels::layer_norm<T>(rows, n, x.data<T>(), data_or_null<T>(gamma), data_or_null<T>(beta), eps,
                               out.mutable_data<T>(), nullptr, nullptr);
    });
    return to_dtype(out, input.dtype());
}

Tensor rms_norm(const Tensor& input, const IntList& normalized_shape, const Tensor& weight, std::optional<double> eps) {
    const auto [rows, n] = split_rows(input, normalized_shape, weight, Tensor());
    const Tensor x = compute_input(input);
    const Tensor gamma = compute_input(weight, x.dtype());
    const Tensor out = empty(x.sizes(), x.dtype());
    dispatch_float(x.dtype(), "rms_norm", [&, rows = rows, n = n]<class T>() {
        const double epsilon = eps.value_or(std::numeric_limits<T>::epsilon());
        kernels::rms_norm<T>(rows, n, x.data<T>(), data_or_null<T>(gamma), epsilon, out.mutable_data<T>());
    });
    return to_dtype(out, input.dtype());
}

/// Normalises each of batch * groups runs of channels; weight and bias go by channel.
std::pair<Tensor, Moments> normalize_groups(const Channels& in, int64_t groups, const Tensor& weight,
                                            const Tensor& bias, double eps, std::string_view op) {
    const int64_t rows = in.batch * groups, per_group = groups == 0 ? 0 : in.channels / groups;
    Moments m = moments_of_rows(in.x, rows, per_group * in.inner, op);
    const Stats gamma = channel_values(weight, in.channels, 1, "weight"),
                beta = channel_values(bias, in.channels, 0, "bias");
    Stats scale(static_cast<size_t>(in.batch * in.channels)), shift(scale.size());
    for (int64_t i = 0; i < in.batch * in.channels; ++i) {
        const int64_t row = i / per_group, c = i % in.channels;
        scale[i] = gamma[c] / std::sqrt(m.var[row] + eps);
        shift[i] = beta[c] - m.mean[row] * scale[i];
    }
    return {apply_affine(in.x, 1, in.batch * in.channels, in.inner, scale, shift, op), std::move(m)};
}

Three native_group_norm_impl(const Tensor& input, int64_t groups, const Tensor& weight, const Tensor& bias,
                             double eps) {
    const Channels in(input, "group_norm");
    WICK_CHECK(groups > 0, "Expected num groups to be greater than 0, got {}", groups);
    WICK_CHECK(in.channels % groups == 0,
               "Expected number of channels in input to be divisible by num_groups, but got input of shape {} and "
               "num_groups={}",
               format_sizes(input.sizes()), groups);
    for (const auto& [parameter, name] : {std::pair{&weight, "weight"}, std::pair{&bias, "bias"}}) {
        WICK_CHECK(!parameter->defined() || (parameter->dim() == 1 && parameter->numel() == in.channels),
                   "Expected {} to be a vector of size equal to the number of channels in input, but got {} of shape "
                   "{} and input of shape {}",
                   name, name, format_sizes(parameter->sizes()), format_sizes(input.sizes()));
    }
    auto [y, m] = normalize_groups(in, groups, weight, bias, eps, "group_norm");
    for (double& v : m.var) v = 1 / std::sqrt(v + eps);
    const DType stats = in.x.dtype();
    return {to_dtype(y, input.dtype()), view(stats_tensor(m.mean, stats), {in.batch, groups}),
            view(stats_tensor(m.var, stats), {in.batch, groups})};
}

Tensor group_norm(const Tensor& input, int64_t num_groups, const Tensor& weight, const Tensor& bias, double eps, bool) {
    return std::get<0>(native_group_norm_impl(input, num_groups, weight, bias, eps));
}

Three native_group_norm(const Tensor& input, const Tensor& weight, const Tensor& bias, int64_t, int64_t, int64_t,
                        int64_t group, double eps) {
    return native_group_norm_impl(input, group, weight, bias, eps);
}

/// With statistics of the input; also their mean and 1 / standard deviation. Updates the running statistics.
Three instance_norm_training(const Tensor& input, const Tensor& weight, const Tensor& bias, const Tensor& running_mean,
                             const Tensor& running_var, double momentum, double eps) {
    const Channels in(input, "instance_norm");
    auto [y, m] = normalize_groups(in, in.channels, weight, bias, eps, "instance_norm");
    if (running_mean.defined() || running_var.defined()) {
        Stats mean(static_cast<size_t>(in.channels), 0.0), var(mean);
        for (int64_t i = 0; i < in.batch * in.channels; ++i) {
            mean[i % in.channels] += m.mean[i] / static_cast<double>(in.batch);
            var[i % in.channels] += m.var[i] / static_cast<double>(in.batch);
        }
        update_running(running_mean, mean, 1, momentum);
        update_running(running_var, var, static_cast<double>(in.inner) / static_cast<double>(in.inner - 1), momentum);
    }
    for (double& v : m.var) v = 1 / std::sqrt(v + eps);
    return {to_dtype(y, input.dtype()), stats_tensor(m.mean, in.x.dtype()), stats_tensor(m.var, in.x.dtype())};
}

Tensor instance_norm(const Tensor& input, const Tensor& weight, const Tensor& bias, const Tensor& running_mean,
                     const Tensor& running_var, bool use_input_stats, double momentum, double eps, bool) {
    WICK_CHECK(use_input_stats || (running_mean.defined() && running_var.defined()),
               "Expected running_mean and running_var to be defined when use_input_stats is false");
    if (!use_input_stats)
        return batch_norm(input, weight, bias, running_mean, running_var, false, momentum, eps, false);
    return std::get<0>(instance_norm_training(input, weight, bias, running_mean, running_var, momentum, eps));
}

/// v * (g / ||v||), the norm over all dimensions but `dim` (over all when dim is -1).
Tensor weight_norm(const Tensor& v, const Tensor& g, int64_t dim) {
    WICK_CHECK(v.dtype() == g.dtype(), "weight_norm: expected v and g to have the same dtype, but got {} and {}",
               scalar_name_of(v.dtype()), scalar_name_of(g.dtype()));
    const Tensor x = compute_input(v), magnitude = compute_input(g);
    int64_t outer = 1, n = 1, inner = v.numel();
    if (dim != -1) {
        const int64_t d = wrap_dim(dim, v.dim());
        n = v.size(d);
        for (int64_t i = 0; i < d; ++i) outer *= v.size(i);
        inner = outer * n == 0 ? 0 : v.numel() / (outer * n);
    }
    WICK_CHECK(g.numel() == n, "weight_norm: expected g to have {} elements, got {}", n, g.numel());
    const Tensor out = empty(x.sizes(), x.dtype());
    dispatch_float(x.dtype(), "weight_norm", [&]<class T>() {
        const T* from = x.data<T>();
        T* to = out.mutable_data<T>();
        parallel_for(0, n, 1, [&](int64_t begin, int64_t end) {
            for (int64_t c = begin; c < end; ++c) {
                double squares = 0;
                for (int64_t o = 0; o < outer; ++o) {
                    const T* row = from + (o * n + c) * inner;
                    for (int64_t i = 0; i < inner; ++i) squares += static_cast<double>(row[i]) * row[i];
                }
                const T factor = static_cast<T>(magnitude.data<T>()[c] / std::sqrt(squares));
                for (int64_t o = 0; o < outer; ++o) {
                    const int64_t start = (o * n + c) * inner;
                    for (int64_t i = 0; i < inner; ++i) to[start + i] = from[start + i] * factor;
                }
            }
        });
    });
    return to_dtype(out, v.dtype());
}

}  // namespace

void register_nn_norm(Registry& ops) {
    ops.add(
           "aten::batch_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, "
           "bool training, float momentum, float eps, bool cudnn_enabled) -> Tensor")
        .kernel(&batch_norm)
        .decomposition(R"(
def batch_norm(input: Tensor, weight: Optional[Tensor], bias: Optional[Tensor], running_mean: Optional[Tensor], running_var: Optional[Tensor], training: bool, momentum: float, eps: float, cudnn_enabled: bool) -> Tensor:
    return torch.native_batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps)[0]
)");
    ops.add(
           "wick::batch_norm_training(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? "
           "running_var, float momentum, float eps) -> (Tensor, Tensor, Tensor)")
        .kernel(&batch_norm_training)
        .side_effects()
        .derivative(
            "input, weight, bias",
            "torch.native_batch_norm_backward(grad0, input, weight, None, None, result1, result2, True, eps, needed)")
        .gradient_name("NativeBatchNormBackward0");
    ops.add(
           "wick::batch_norm_evaluation(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? "
           "running_var, float eps) -> Tensor")
        .kernel(&batch_norm_evaluation)
        .derivative("input, weight, bias",
                    "torch.native_batch_norm_backward(grad, input, weight, running_mean, running_var, None, None, "
                    "False, eps, needed)")
        .gradient_name("NativeBatchNormBackward0");
    ops.add(
           "aten::native_batch_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? "
           "running_var, bool training, float momentum, float eps) -> (Tensor, Tensor, Tensor)")
        .kernel(&native_batch_norm)
        .decomposition(R"(
def native_batch_norm(input: Tensor, weight: Optional[Tensor], bias: Optional[Tensor], running_mean: Optional[Tensor], running_var: Optional[Tensor], training: bool, momentum: float, eps: float) -> Tuple[Tensor, Tensor, Tensor]:
    if training:
        return ops.wick.batch_norm_training(input, weight, bias, running_mean, running_var, momentum, eps)
    nothing = torch.empty([0], dtype=input.dtype)
    return ops.wick.batch_norm_evaluation(input, weight, bias, running_mean, running_var, eps), nothing, nothing
)");
    ops.add(
           "aten::_native_batch_norm_legit(Tensor input, Tensor? weight, Tensor? bias, Tensor(a!) running_mean, "
           "Tensor(b!) running_var, bool training, float momentum, float eps) -> (Tensor, Tensor, Tensor)")
        .kernel(&native_batch_norm)
        .decomposition(R"(
def _native_batch_norm_legit(input: Tensor, weight: Optional[Tensor], bias: Optional[Tensor], running_mean: Tensor, running_var: Tensor, training: bool, momentum: float, eps: float) -> Tuple[Tensor, Tensor, Tensor]:
    return torch.native_batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps)
)");
    ops.add(
           "aten::_native_batch_norm_legit.no_stats(Tensor input, Tensor? weight, Tensor? bias, bool training, float "
           "momentum, float eps) -> (Tensor, Tensor, Tensor)")
        .kernel(&batch_norm_no_stats)
        .decomposition(R"(
def _native_batch_norm_legit(input: Tensor, weight: Optional[Tensor], bias: Optional[Tensor], training: bool, momentum: float, eps: float) -> Tuple[Tensor, Tensor, Tensor]:
    return torch.native_batch_norm(input, weight, bias, None, None, training, momentum, eps)
)");
    ops.add(
           "aten::_native_batch_norm_legit_no_training(Tensor input, Tensor? weight, Tensor? bias, Tensor "
           "running_mean, Tensor running_var, float momentum, float eps) -> (Tensor, Tensor, Tensor)")
        .kernel(&batch_norm_no_training)
        .decomposition(R"(
def _native_batch_norm_legit_no_training(input: Tensor, weight: Optional[Tensor], bias: Optional[Tensor], running_mean: Tensor, running_var: Tensor, momentum: float, eps: float) -> Tuple[Tensor, Tensor, Tensor]:
    return torch.native_batch_norm(input, weight, bias, running_mean, running_var, False, momentum, eps)
)");
    ops.add(
           "aten::cudnn_batch_norm(Tensor input, Tensor weight, Tensor? bias, Tensor? running_mean, Tensor? "
           "running_var, bool training, float exponential_average_factor, float epsilon) -> (Tensor, Tensor, Tensor, "
           "Tensor)")
        .kernel(&cudnn_batch_norm);
    ops.add(
           "aten::layer_norm(Tensor input, SymInt[] normalized_shape, Tensor? weight=None, Tensor? bias=None, float "
           "eps=1e-05, bool cudnn_enable=True) -> Tensor")
        .kernel(&layer_norm)
        .decomposition(R"(
def layer_norm(input: Tensor, normalized_shape: List[int], weight: Optional[Tensor], bias: Optional[Tensor], eps: float, cudnn_enable: bool) -> Tensor:
    return torch.native_layer_norm(input, normalized_shape, weight, bias, eps)[0]
)");
    ops.add(
           "aten::native_layer_norm(Tensor input, SymInt[] normalized_shape, Tensor? weight, Tensor? bias, float eps) "
           "-> (Tensor, Tensor, Tensor)")
        .kernel(&native_layer_norm)
        .derivative(
            "input, weight, bias",
            "torch.native_layer_norm_backward(grad0, input, normalized_shape, result1, result2, weight, bias, needed)");
    ops.add("aten::rms_norm(Tensor input, SymInt[] normalized_shape, Tensor? weight=None, float? eps=None) -> Tensor")
        .kernel(&rms_norm)
        .decomposition(R"(
def rms_norm(input: Tensor, normalized_shape: List[int], weight: Optional[Tensor], eps: Optional[float]) -> Tensor:
    dims = [d for d in range(input.dim() - len(normalized_shape), input.dim())]
    if eps is None:
        epsilon = 2.220446049250313e-16 if input.dtype == 7 else 1.1920928955078125e-07  # float64; others compute in float32
    else:
        epsilon = eps
    normalized = input * torch.rsqrt(input.pow(2).mean(dims, True) + epsilon)
    return normalized if weight is None else normalized * weight
)");
    ops.add(
           "aten::group_norm(Tensor input, int num_groups, Tensor? weight=None, Tensor? bias=None, float eps=1e-05, "
           "bool cudnn_enabled=True) -> Tensor")
        .kernel(&group_norm)
        .decomposition(R"(
def group_norm(input: Tensor, num_groups: int, weight: Optional[Tensor], bias: Optional[Tensor], eps: float, cudnn_enabled: bool) -> Tensor:
    N = input.size(0)
    C = input.size(1)
    return ops.wick.group_norm(input, weight, bias, N, C, input.numel() // max(N * C, 1), num_groups, eps)[0]
)");
    ops.add(
           "aten::native_group_norm(Tensor input, Tensor? weight, Tensor? bias, SymInt N, SymInt C, SymInt HxW, int "
           "group, float eps) -> (Tensor, Tensor, Tensor)")
        .kernel(&native_group_norm)
        .decomposition(R"(
def native_group_norm(input: Tensor, weight: Optional[Tensor], bias: Optional[Tensor], N: int, C: int, HxW: int, group: int, eps: float) -> Tuple[Tensor, Tensor, Tensor]:
    # The statistics have gradients of their own.
    x = input.reshape([N, group, C // group * HxW])
    mean = x.mean(2)
    rstd = ((x - mean.unsqueeze(2)).pow(2).mean(2) + eps).pow(-0.5)
    return ops.wick.group_norm(input, weight, bias, N, C, HxW, group, eps)[0], mean, rstd
)");
    ops.add(
           "wick::group_norm(Tensor input, Tensor? weight, Tensor? bias, int N, int C, int HxW, int group, float eps) "
           "-> (Tensor, Tensor, Tensor)")
        .kernel(&native_group_norm)
        .derivative(
            "input, weight, bias",
            "torch.native_group_norm_backward(grad0, input, result1, result2, weight, N, C, HxW, group, needed)")
        .gradient_name("NativeGroupNormBackward0");
    ops.add(
           "aten::instance_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, "
           "bool use_input_stats, float momentum, float eps, bool cudnn_enabled) -> Tensor")
        .kernel(&instance_norm)
        .decomposition(R"(
def instance_norm(input: Tensor, weight: Optional[Tensor], bias: Optional[Tensor], running_mean: Optional[Tensor], running_var: Optional[Tensor], use_input_stats: bool, momentum: float, eps: float, cudnn_enabled: bool) -> Tensor:
    if use_input_stats:
        return ops.wick.instance_norm_training(input, weight, bias, running_mean, running_var, momentum, eps)[0]
    return ops.wick.batch_norm_evaluation(input, weight, bias, running_mean, running_var, eps)
)");
    ops.add(
           "wick::instance_norm_training(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? "
           "running_var, float momentum, float eps) -> (Tensor, Tensor, Tensor)")
        .kernel(&instance_norm_training)
        .side_effects()
        .derivative("input, weight, bias",
                    "torch.native_group_norm_backward(grad0, input, result1, result2, weight, input.size(0), "
                    "input.size(1), input.numel() // max(input.size(0) * input.size(1), 1), input.size(1), needed)");
    ops.add("aten::_weight_norm(Tensor v, Tensor g, int dim=0) -> Tensor").kernel(&weight_norm).decomposition(R"(
def _weight_norm(v: Tensor, g: Tensor, dim: int) -> Tensor:
    if dim == -1:
        length = v.pow(2).sum().sqrt()
    else:
        length = v.pow(2).sum([d for d in range(v.dim()) if d != dim % v.dim()], True).sqrt()
    return v * (g / length)
)");
}

}  // namespace wick::jit
