// Convolutions over one to three spatial dimensions and their transposes (torch.nn.functional.conv1d …
// conv_transpose3d).
#include "ops/nn_conv.h"

#include <algorithm>
#include <array>

#include "ops/cpp_types.h"
#include "ops/families.h"
#include "ops/nn_common.h"
#include "ops/registry.h"

namespace wick::jit {

using namespace ops;

using kernels::ConvShape;

static std::string times(IntArrayRef sizes) { return fmt::format("{}", fmt::join(sizes, " x ")); }

ConvShape conv_shape(const Tensor& input, const Tensor& weight, const Tensor& bias, const ConvArguments& args,
                     int64_t n) {
    constexpr int64_t kLimit = int64_t{1} << 31;
    const auto all = [](const IntList& list, auto holds) { return std::all_of(list.begin(), list.end(), holds); };
    WICK_CHECK(all(args.padding, [](int64_t v) { return v >= 0 && v < kLimit; }), "negative padding is not supported");
    WICK_CHECK(all(args.stride, [](int64_t v) { return v > 0 && v < kLimit; }), "non-positive stride is not supported");
    WICK_CHECK(all(args.dilation, [](int64_t v) { return v > 0 && v < kLimit; }),
               "dilation should be greater than zero");
    WICK_CHECK(all(args.output_padding, [](int64_t v) { return v >= 0 && v < kLimit; }),
               "negative output_padding is not supported");
    WICK_CHECK(args.groups > 0, "expected groups to be greater than 0, but got groups={}", args.groups);
    WICK_CHECK(!bias.defined() || bias.dtype() == input.dtype(),
               "Input type ({}) and bias type ({}) should be the same", cpp_name_of(input.dtype()),
               cpp_name_of(bias.defined() ? bias.dtype() : input.dtype()));
    WICK_CHECK(input.dtype() == weight.dtype(), "Input type ({}) and weight type ({}) should be the same",
               cpp_name_of(input.dtype()), cpp_name_of(weight.dtype()));
    ConvShape shape;
    shape.batch = input.size(0);
    shape.in_channels = input.size(1);
    shape.groups = args.groups;
    shape.out_channels = args.transposed ? weight.size(1) * args.groups : weight.size(0);
    if (args.transposed) {
        WICK_CHECK(
            weight.size(0) % args.groups == 0,
            "Given groups={}, expected weight to be divisible by {} at dimension 0, but got weight of size {} instead",
            args.groups, args.groups, format_sizes(weight.sizes()));
        WICK_CHECK(
            shape.in_channels == weight.size(0),
            "Given transposed=1, weight of size {}, expected input{} to have {} channels, but got {} channels instead",
            format_sizes(weight.sizes()), format_sizes(input.sizes()), weight.size(0), shape.in_channels);
    } else {
        WICK_CHECK(
            shape.out_channels % args.groups == 0,
            "Given groups={}, expected weight to be divisible by {} at dimension 0, but got weight of size {} instead",
            args.groups, args.groups, format_sizes(weight.sizes()));
        WICK_CHECK(
            shape.in_channels == weight.size(1) * args.groups,
            "Given groups={}, weight of size {}, expected input{} to have {} channels, but got {} channels instead",
            args.groups, format_sizes(weight.sizes()), format_sizes(input.sizes()), weight.size(1) * args.groups,
            shape.in_channels);
    }
    WICK_CHECK(!bias.defined() || (bias.dim() == 1 && bias.size(0) == shape.out_channels),
               "Given {}weight of size {}, expected bias to be 1-dimensional with {} elements, but got bias of size {} "
               "instead",
               args.transposed ? "transposed=1, " : "", format_sizes(weight.sizes()), shape.out_channels,
               format_sizes(bias.defined() ? bias.sizes() : IntArrayRef()));
    DimVector padded, kernel;
    bool fits = true;
    for (int64_t i = 0; i < n; ++i) {
        const size_t at = static_cast<size_t>(3 - n + i);
        shape.input[at] = input.size(2 + i);
        shape.kernel[at] = weight.size(2 + i);
        shape.stride[at] = args.stride[i];
        shape.padding[at] = args.padding[i];
        shape.dilation[at] = args.dilation[i];
        if (args.transposed) {
            shape.output_padding[at] = args.output_padding[i];
            WICK_CHECK(args.output_padding[i] < std::max(args.stride[i], args.dilation[i]),
                       "output padding must be smaller than either stride or dilation, but got output_padding: {}, "
                       "stride: {}, dilation: {}",
                       args.output_padding[i], args.stride[i], args.dilation[i]);
            WICK_CHECK(shape.transposed_output(static_cast<int>(at)) > 0,
                       "Given input size per channel: ({}). Calculated output size per channel is too small",
                       times(input.sizes().slice(2)));
        }
        WICK_CHECK(shape.kernel[at] > 0, "weight should have at least one element per dimension, but got {}",
                   format_sizes(weight.sizes()));
        padded.push_back(shape.input[at] + 2 * args.padding[i]);
        kernel.push_back(args.dilation[i] * (shape.kernel[at] - 1) + 1);
        fits = fits && padded.back() >= kernel.back();
    }
    WICK_CHECK(args.transposed || fits,
               "Calculated padded input size per channel: ({}). Kernel size: ({}). Kernel size can't be greater than "
               "actual input size",
               times(padded), times(kernel));
    return shape;
}

ConvArguments expand_arguments(ConvArguments args, int64_t n, std::string_view op) {
    args.stride = expand_list(std::move(args.stride), n, op, "stride");
    args.padding = expand_list(std::move(args.padding), n, op, "padding");
    args.dilation = expand_list(std::move(args.dilation), n, op, "dilation");
    args.output_padding =
        expand_list(args.output_padding.empty() ? IntList{0} : std::move(args.output_padding), n, op, "output_padding");
    return args;
}

int64_t spatial_rank(const Tensor& weight) {
    WICK_CHECK(weight.dim() >= 3 && weight.dim() <= 5,
               "weight should have at least three dimensions and at most five, but got {}",
               format_sizes(weight.sizes()));
    return weight.dim() - 2;
}

namespace {

template <class T>
Tensor forward(const ConvShape& shape, const Tensor& x, const Tensor& weight, const Tensor& bias,
               const ConvEpilogue& after, IntArrayRef sizes) {
    const Tensor out = empty(sizes, x.dtype());
    if (out.numel() == 0) return out;
    kernels::Epilogue<T> epilogue;
    epilogue.scale_row = data_or_null<T>(after.scale);
    epilogue.bias_row = data_or_null<T>(after.shift.defined() ? after.shift : bias);
    epilogue.activation = after.activation;
    epilogue.lo = static_cast<T>(after.low);
    epilogue.hi = static_cast<T>(after.high);
    const Tensor w = compute_input(weight);
    kernels::conv<T>(shape, x.data<T>(), w.data<T>(), out.mutable_data<T>(), epilogue);
    return out;
}

/// How many taps on either side of dimension i see nothing but padding, for every output.
int64_t unseen_taps(const ConvShape& s, int i) {
    const int64_t span = (s.output(i) - 1) * s.stride[i];
    const auto sees = [&](int64_t tap) {
        const int64_t first = tap * s.dilation[i] - s.padding[i];
        const int64_t at = first >= 0 ? first : first + (-first + s.stride[i] - 1) / s.stride[i] * s.stride[i];
        return at <= first + span && at < s.input[i];
    };
    int64_t count = 0;
    while (2 * (count + 1) < s.kernel[i] && (count + 1) * s.dilation[i] <= s.padding[i] && !sees(count) &&
           !sees(s.kernel[i] - 1 - count))
        ++count;
    return count;
}

using Margins = std::array<int64_t, 3>;

/// A weight without so many taps on either side; that of a loaded module keeps it (TensorImpl::derived).
class InnerTaps : public DerivedData {
 public:
    InnerTaps(Tensor taps, const Margins& margins) : taps(std::move(taps)), margins(margins) {}
    static Tensor of(const Tensor& weight, const Margins& margins) {
        const TensorImpl& impl = *weight.impl();
        const bool lasts = impl.is_constant && impl.storage->version() == 0;  // not written since
        const auto* kept = lasts ? dynamic_cast<const InnerTaps*>(impl.derived(0)) : nullptr;
        if (kept && kept->margins == margins) return kept->taps;
        DimVector sizes(weight.sizes());
        int64_t offset = weight.storage_offset();
        for (int64_t d = 2; d < weight.dim(); ++d) {
            const int64_t margin = margins[static_cast<size_t>(d + 3 - weight.dim())];
            sizes[static_cast<size_t>(d)] -= 2 * margin;
            offset += margin * weight.stride(d);
        }
        const Tensor inner = contiguous(weight.as_strided_unchecked(sizes, weight.strides(), offset));
        if (lasts) impl.set_derived(0, make_intrusive<InnerTaps>(inner, margins));
        return inner;
    }

 private:
    const Tensor taps;
    const Margins margins;
};

/// Leaves out the taps that no output needs: far dilated kernels on small images have many.
Tensor drop_unseen_taps(ConvShape& shape, const Tensor& weight) {
    Margins margins{};
    for (int i = 0; i < 3; ++i) margins[static_cast<size_t>(i)] = unseen_taps(shape, i);
    if (margins == Margins{}) return weight;
    for (size_t i = 0; i < 3; ++i) {
        shape.kernel[i] -= 2 * margins[i];
        shape.padding[i] -= margins[i] * shape.dilation[i];
    }
    return InnerTaps::of(weight, margins);
}

/// Batched input, lists of n entries.
Tensor convolve_batch(const Tensor& input, const Tensor& weight, const Tensor& bias, const ConvArguments& args,
                      int64_t n, const ConvEpilogue& after) {
    ConvShape shape = conv_shape(input, weight, bias, args, n);
    DimVector sizes{shape.batch, shape.out_channels};
    for (int64_t i = 0; i < n; ++i) {
        const int at = static_cast<int>(3 - n + i);
        sizes.push_back(args.transposed ? shape.transposed_output(at) : shape.output(at));
    }
    const Tensor x = compute_input(input), b = compute_input(bias);
    const Tensor out = dispatch_float(x.dtype(), args.transposed ? "slow_conv_transpose" : "slow_conv", [&]<class T>() {
        if (!args.transposed) return forward<T>(shape, x, drop_unseen_taps(shape, weight), b, after, sizes);
        const Tensor w = compute_input(weight), y = empty(sizes, x.dtype());
        if (y.numel() > 0)
            kernels::conv_transposed<T>(shape, x.data<T>(), w.data<T>(), data_or_null<T>(b), y.mutable_data<T>());
        return y;
    });
    return to_dtype(out, input.dtype());
}

constexpr std::string_view conv_name(int64_t n, bool transposed) {
    if (transposed) return n == 1 ? "conv_transpose1d" : n == 2 ? "conv_transpose2d" : "conv_transpose3d";
    return n == 1 ? "conv1d" : n == 2 ? "conv2d" : "conv3d";
}

}  // namespace

Tensor convolve(const Tensor& input, const Tensor& weight, const Tensor& bias, ConvArguments args, int64_t n,
                const ConvEpilogue& after, std::string_view op) {
    if (op.empty()) op = conv_name(n, args.transposed);
    WICK_CHECK(weight.dim() == n + 2,
               "Expected {}-dimensional weight for {}-dimensional input {}, but got weight of size {} instead", n + 2,
               n + 2, format_sizes(input.sizes()), format_sizes(weight.sizes()));
    WICK_CHECK(input.dim() == n + 1 || input.dim() == n + 2,
               "Expected {}D (unbatched) or {}D (batched) input to {}, but got input of size: {}", n + 1, n + 2, op,
               format_sizes(input.sizes()));
    args = expand_arguments(std::move(args), n, op);
    if (input.dim() == n + 2) return convolve_batch(input, weight, bias, args, n, after);
    return squeeze(convolve_batch(unsqueeze(input, 0), weight, bias, args, n, after), 0);
}

namespace {

/// padding="same" or "valid". Where "same" needs an odd amount, the extra zero stands after the input.
Tensor convolve_padded(const Tensor& input, const Tensor& weight, const Tensor& bias, const std::string& padding,
                       ConvArguments args, int64_t n, std::string_view op) {
    args.padding = IntList(static_cast<size_t>(n), 0);
    if (padding == "valid") return convolve(input, weight, bias, std::move(args), n, {}, op);
    WICK_CHECK(padding == "same", "Invalid padding string: '{}'", padding);
    WICK_CHECK(weight.dim() == n + 2 && input.dim() >= n,
               "Expected {}D (unbatched) or {}D (batched) input to {}, but got input of size: {}", n + 1, n + 2, op,
               format_sizes(input.sizes()));
    args.stride = expand_list(std::move(args.stride), n, op, "stride");
    args.dilation = expand_list(std::move(args.dilation), n, op, "dilation");
    DimVector sizes(input.sizes());
    const size_t lead = sizes.size() - static_cast<size_t>(n);
    for (int64_t i = 0; i < n; ++i) {
        WICK_CHECK(args.stride[i] == 1, "padding='same' is not supported for strided convolutions");
        const int64_t total = args.dilation[i] * (weight.size(2 + i) - 1);
        args.padding[i] = total / 2;
        sizes[lead + i] += total % 2;
    }
    if (IntArrayRef(sizes) == input.sizes()) return convolve(input, weight, bias, std::move(args), n, {}, op);
    const Tensor padded = zeros(sizes, input.dtype());
    copy_into(padded.as_strided_unchecked(input.sizes(), padded.strides(), 0), input);
    return convolve(padded, weight, bias, std::move(args), n, {}, op);
}

template <int64_t n>
Tensor conv(const Tensor& input, const Tensor& weight, const Tensor& bias, const IntList& stride,
            const IntList& padding, const IntList& dilation, int64_t groups) {
    return convolve(input, weight, bias, {stride, padding, dilation, {}, false, groups}, n);
}

template <int64_t n>
Tensor conv_padded(const Tensor& input, const Tensor& weight, const Tensor& bias, const IntList& stride,
                   const std::string& padding, const IntList& dilation, int64_t groups) {
    return convolve_padded(input, weight, bias, padding, {stride, {}, dilation, {}, false, groups}, n,
                           conv_name(n, false));
}

template <int64_t n>
Tensor conv_transpose(const Tensor& input, const Tensor& weight, const Tensor& bias, const IntList& stride,
                      const IntList& padding, const IntList& output_padding, int64_t groups, const IntList& dilation) {
    return convolve(input, weight, bias, {stride, padding, dilation, output_padding, true, groups}, n);
}

Tensor convolution(const Tensor& input, const Tensor& weight, const Tensor& bias, const IntList& stride,
                   const IntList& padding, const IntList& dilation, bool transposed, const IntList& output_padding,
                   int64_t groups) {
    return convolve(input, weight, bias, {stride, padding, dilation, output_padding, transposed, groups},
                    spatial_rank(weight), {}, "convolution");
}

Tensor convolution_with_flags(const Tensor& input, const Tensor& weight, const Tensor& bias, const IntList& stride,
                              const IntList& padding, const IntList& dilation, bool transposed,
                              const IntList& output_padding, int64_t groups, bool, bool, bool, bool) {
    return convolution(input, weight, bias, stride, padding, dilation, transposed, output_padding, groups);
}

Tensor convolution_deprecated(const Tensor& input, const Tensor& weight, const Tensor& bias, const IntList& stride,
                              const IntList& padding, const IntList& dilation, bool transposed,
                              const IntList& output_padding, int64_t groups, bool, bool, bool) {
    return convolution(input, weight, bias, stride, padding, dilation, transposed, output_padding, groups);
}

Tensor convolution_mode(const Tensor& input, const Tensor& weight, const Tensor& bias, const IntList& stride,
                        const std::string& padding, const IntList& dilation, int64_t groups) {
    return convolve_padded(input, weight, bias, padding, {stride, {}, dilation, {}, false, groups},
                           spatial_rank(weight), "convolution");
}

}  // namespace

void register_nn_conv(Registry& ops) {
    constexpr std::string_view kArguments = "input, weight, bias";
    constexpr std::string_view kGradient =
        "torch.convolution_backward(grad, input, weight, None if bias is None else bias.size(), stride, padding, "
        "dilation, False, [0], groups, needed)";
    constexpr std::string_view kTransposedGradient =
        "torch.convolution_backward(grad, input, weight, None if bias is None else bias.size(), stride, padding, "
        "dilation, True, output_padding, groups, needed)";
    constexpr std::string_view kGeneralGradient =
        "torch.convolution_backward(grad, input, weight, None if bias is None else bias.size(), stride, padding, "
        "dilation, transposed, output_padding, groups, needed)";
    ops.add(
           "aten::conv1d(Tensor input, Tensor weight, Tensor? bias=None, SymInt[1] stride=1, SymInt[1] padding=0, "
           "SymInt[1] dilation=1, SymInt groups=1) -> Tensor")
        .kernel(&conv<1>)
        .derivative(kArguments, kGradient)
        .gradient_name("ConvolutionBackward0");
    ops.add(
           "aten::conv2d(Tensor input, Tensor weight, Tensor? bias=None, SymInt[2] stride=1, SymInt[2] padding=0, "
           "SymInt[2] dilation=1, SymInt groups=1) -> Tensor")
        .kernel(&conv<2>)
        .derivative(kArguments, kGradient)
        .gradient_name("ConvolutionBackward0");
    ops.add(
           "aten::conv3d(Tensor input, Tensor weight, Tensor? bias=None, SymInt[3] stride=1, SymInt[3] padding=0, "
           "SymInt[3] dilation=1, SymInt groups=1) -> Tensor")
        .kernel(&conv<3>)
        .derivative(kArguments, kGradient)
        .gradient_name("ConvolutionBackward0");
    ops.add(
           "aten::conv1d.padding(Tensor input, Tensor weight, Tensor? bias=None, SymInt[1] stride=1, str "
           "padding=\"valid\", SymInt[1] dilation=1, SymInt groups=1) -> Tensor")
        .kernel(&conv_padded<1>)
        .decomposition(R"(
def conv1d(input, weight, bias: Optional[Tensor], stride: List[int], padding: str, dilation: List[int], groups: int):
    return torch._convolution_mode(input, weight, bias, stride, padding, dilation, groups)
)");
    ops.add(
           "aten::conv2d.padding(Tensor input, Tensor weight, Tensor? bias=None, SymInt[2] stride=1, str "
           "padding=\"valid\", SymInt[2] dilation=1, SymInt groups=1) -> Tensor")
        .kernel(&conv_padded<2>)
        .decomposition(R"(
def conv2d(input, weight, bias: Optional[Tensor], stride: List[int], padding: str, dilation: List[int], groups: int):
    return torch._convolution_mode(input, weight, bias, stride, padding, dilation, groups)
)");
    ops.add(
           "aten::conv3d.padding(Tensor input, Tensor weight, Tensor? bias=None, SymInt[3] stride=1, str "
           "padding=\"valid\", SymInt[3] dilation=1, SymInt groups=1) -> Tensor")
        .kernel(&conv_padded<3>)
        .decomposition(R"(
def conv3d(input, weight, bias: Optional[Tensor], stride: List[int], padding: str, dilation: List[int], groups: int):
    return torch._convolution_mode(input, weight, bias, stride, padding, dilation, groups)
)");
    ops.add("aten::conv_tbc(Tensor self, Tensor weight, Tensor bias, int pad=0) -> Tensor")
        .composite(R"(def conv_tbc(self: Tensor, weight: Tensor, bias: Tensor, pad: int) -> Tensor:
  result = torch.conv1d(torch.permute(self, [1, 2, 0]), torch.permute(weight, [2, 1, 0]), bias, [1], [pad])
  return torch.contiguous(torch.permute(result, [2, 0, 1]))
)");
    ops.add(
           "aten::conv_transpose1d(Tensor input, Tensor weight, Tensor? bias=None, SymInt[1] stride=1, SymInt[1] "
           "padding=0, SymInt[1] output_padding=0, SymInt groups=1, SymInt[1] dilation=1) -> Tensor")
        .kernel(&conv_transpose<1>)
        .derivative(kArguments, kTransposedGradient)
        .gradient_name("ConvolutionBackward0");
    ops.add(
           "aten::conv_transpose2d.input(Tensor input, Tensor weight, Tensor? bias=None, SymInt[2] stride=1, SymInt[2] "
           "padding=0, SymInt[2] output_padding=0, SymInt groups=1, SymInt[2] dilation=1) -> Tensor")
        .kernel(&conv_transpose<2>)
        .derivative(kArguments, kTransposedGradient)
        .gradient_name("ConvolutionBackward0");
    ops.add(
           "aten::conv_transpose3d.input(Tensor input, Tensor weight, Tensor? bias=None, SymInt[3] stride=1, SymInt[3] "
           "padding=0, SymInt[3] output_padding=0, SymInt groups=1, SymInt[3] dilation=1) -> Tensor")
        .kernel(&conv_transpose<3>)
        .derivative(kArguments, kTransposedGradient)
        .gradient_name("ConvolutionBackward0");
    ops.add(
           "aten::convolution(Tensor input, Tensor weight, Tensor? bias, SymInt[] stride, SymInt[] padding, SymInt[] "
           "dilation, bool transposed, SymInt[] output_padding, SymInt groups) -> Tensor")
        .kernel(&convolution)
        .out()
        .derivative(kArguments, kGeneralGradient);
    ops.add(
           "aten::_convolution(Tensor input, Tensor weight, Tensor? bias, SymInt[] stride, SymInt[] padding, SymInt[] "
           "dilation, bool transposed, SymInt[] output_padding, SymInt groups, bool benchmark, bool deterministic, "
           "bool cudnn_enabled, bool allow_tf32) -> Tensor")
        .kernel(&convolution_with_flags)
        .out()
        .derivative(kArguments, kGeneralGradient);
    ops.add(
           "aten::_convolution.deprecated(Tensor input, Tensor weight, Tensor? bias, SymInt[] stride, SymInt[] "
           "padding, SymInt[] dilation, bool transposed, int[] output_padding, SymInt groups, bool benchmark, bool "
           "deterministic, bool cudnn_enabled) -> Tensor")
        .kernel(&convolution_deprecated)
        .derivative(kArguments, kGeneralGradient);
    ops.add(
           "aten::_convolution_mode(Tensor input, Tensor weight, Tensor? bias, SymInt[] stride, str padding, SymInt[] "
           "dilation, SymInt groups) -> Tensor")
        .kernel(&convolution_mode)
        .decomposition(R"(
def _convolution_mode(input, weight, bias: Optional[Tensor], stride: List[int], padding: str, dilation: List[int], groups: int):
    n = weight.dim() - 2
    amounts = [0] * n
    extra = [0] * (2 * n)
    if padding == "same":
        for i in range(n):
            total = dilation[i % len(dilation)] * (weight.size(2 + i) - 1)
            amounts[i] = total // 2
            extra[2 * (n - 1 - i) + 1] = total % 2
    padded = torch.constant_pad_nd(input, extra) if sum(extra) > 0 else input
    return torch.convolution(padded, weight, bias, stride, amounts, dilation, False, [0], groups)
)");
}

}  // namespace wick::jit
