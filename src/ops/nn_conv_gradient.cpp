// Gradients of convolutions. A convolution is linear in its input and in its weight, so the gradient with respect to
// one is a convolution of the other, and the second derivatives are convolutions again.
#include "ops/nn_common.h"
#include "ops/nn_conv.h"
#include "ops/registry.h"

namespace wick::jit {

using namespace ops;

namespace {

using kernels::ConvShape;
using Three = std::tuple<Tensor, Tensor, Tensor>;

/// The convolution whose gradient with respect to its input a transposed one is: their inputs and results change
/// places.
ConvShape untransposed(const ConvShape& shape) {
    ConvShape other = shape;
    std::swap(other.in_channels, other.out_channels);
    for (int i = 0; i < 3; ++i) other.input[i] = shape.transposed_output(i);
    return other;
}

/// The corner of self[batch, channels, …] that has the spatial sizes of `like`.
Tensor corner(const Tensor& self, const Tensor& like) {
    Tensor part = self;
    for (int64_t d = 2; d < self.dim(); ++d) part = narrow(part, d, 0, like.size(d));
    return part;
}

/// A transposed convolution whose output padding is not below its stride leaves rows of its result to the bias. The
/// other convolution sees in them pixels beyond x, which are zero.
Tensor with_pixels_of(const ConvShape& shape, const Tensor& x) {
    DimVector sizes(x.sizes());
    for (int64_t d = 2; d < x.dim(); ++d) sizes[d] = shape.output(static_cast<int>(3 - x.dim() + d));
    if (x.sizes() == IntArrayRef(sizes)) return x;
    const Tensor grown = zeros(sizes, x.dtype());
    copy_into(corner(grown, x), x);
    return grown;
}

/// Of a tensor [batch, channels, …]: what was added to every channel.
Tensor sum_over_channels(const Tensor& grad) {
    DimVector dims{0};
    for (int64_t d = 2; d < grad.dim(); ++d) dims.push_back(d);
    return sum(grad, dims);
}

Three convolution_backward(const Tensor& grad_output, const Tensor& input, const Tensor& weight,
                           const std::optional<IntList>& bias_sizes, const IntList& stride, const IntList& padding,
                           const IntList& dilation, bool transposed, const IntList& output_padding, int64_t groups,
                           const IValue& output_mask_list) {
    const std::vector<bool> mask = output_mask(output_mask_list);
    const int64_t n = spatial_rank(weight);
    const bool batched = input.dim() == n + 2;
    const Tensor given_x = compute_input(batched ? input : unsqueeze(input, 0)), w = compute_input(weight);
    const Tensor dy = compute_input(batched ? grad_output : unsqueeze(grad_output, 0), given_x.dtype());
    const ConvArguments args =
        expand_arguments({stride, padding, dilation, output_padding, transposed, groups}, n, "convolution_backward");
    const ConvShape given = conv_shape(given_x, w, Tensor(), args, n);
    const ConvShape shape = transposed ? untransposed(given) : given;
    const Tensor x = transposed ? with_pixels_of(shape, given_x) : given_x;
    // What the pointers below rely on.
    const Tensor &from = transposed ? dy : x, &to = transposed ? x : dy;
    bool fits = dy.dim() == x.dim() && dy.size(0) == shape.batch && from.size(1) == shape.in_channels &&
                to.size(1) == shape.out_channels;
    for (int64_t d = 2; fits && d < dy.dim(); ++d) {
        const int at = static_cast<int>(3 - dy.dim() + d);
        fits = from.size(d) == shape.input[at] && to.size(d) == shape.output(at);
    }
    WICK_CHECK(fits, "convolution_backward: a gradient of size {} does not fit", format_sizes(grad_output.sizes()));
    Tensor dx, dw, db;
    dispatch_float(x.dtype(), "convolution_backward", [&]<class T>() {
        if (mask[0] && x.numel() > 0 && dy.numel() > 0) {
            dx = empty(x.sizes(), x.dtype());
            if (transposed)
                kernels::conv<T>(shape, dy.data<T>(), w.data<T>(), dx.mutable_data<T>());
            else
                kernels::conv_input_gradient<T>(shape, dy.data<T>(), w.data<T>(), dx.mutable_data<T>());
        } else if (mask[0]) {
            dx = zeros(x.sizes(), x.dtype());
        }
        if (mask[1]) {
            dw = empty(w.sizes(), w.dtype());
            kernels::conv_weight_gradient<T>(shape, from.data<T>(), to.data<T>(), dw.mutable_data<T>());
        }
    });
    if (mask[0]) dx = corner(to_dtype(dx, input.dtype()), given_x);
    if (mask[0] && !batched) dx = squeeze(dx, 0);
    if (mask[1]) dw = to_dtype(dw, weight.dtype());
    if (mask[2] && bias_sizes) db = to_dtype(sum_over_channels(dy), weight.dtype());
    return {dx, dw, db};
}

}  // namespace

void register_nn_conv_gradient(Registry& ops) {
    ops.add(
           "aten::convolution_backward(Tensor grad_output, Tensor input, Tensor weight, SymInt[]? bias_sizes, SymInt[] "
           "stride, SymInt[] padding, SymInt[] dilation, bool transposed, SymInt[] output_padding, SymInt groups, "
           "bool[3] output_mask) -> (Tensor, Tensor, Tensor)")
        .kernel(&convolution_backward)
        .derivative("grad_output, input, weight",
                    "ops.wick.convolution_double_backward(grad0, grad1, grad2, grad_output, input, weight, stride, "
                    "padding, dilation, transposed, output_padding, groups, output_mask, needed)");
    ops.add(
           "wick::convolution_double_backward(Tensor? grad_input, Tensor? grad_weight, Tensor? grad_bias, Tensor "
           "grad_output, Tensor input, Tensor weight, int[] stride, int[] padding, int[] dilation, bool transposed, "
           "int[] output_padding, int groups, bool[] output_mask, bool[] needed) -> (Tensor, Tensor, Tensor)")
        .composite(R"(
def convolution_double_backward(grad_input: Optional[Tensor], grad_weight: Optional[Tensor], grad_bias: Optional[Tensor], grad_output: Tensor, input: Tensor, weight: Tensor, stride: List[int], padding: List[int], dilation: List[int], transposed: bool, output_padding: List[int], groups: int, output_mask: List[bool], needed: List[bool]) -> Tuple[Tensor, Tensor, Tensor]:
    of_grad = torch.zeros_like(grad_output)
    of_input = torch.zeros_like(input)
    of_weight = torch.zeros_like(weight)
    if output_mask[0] and grad_input is not None:
        if needed[0]:
            of_grad = of_grad + torch.convolution(grad_input, weight, None, stride, padding, dilation, transposed, output_padding, groups)
        if needed[2]:
            of_weight = torch.convolution_backward(grad_output, grad_input, weight, None, stride, padding, dilation, transposed, output_padding, groups, [False, True, False])[1]
    if output_mask[1] and grad_weight is not None:
        if needed[0]:
            of_grad = of_grad + torch.convolution(input, grad_weight, None, stride, padding, dilation, transposed, output_padding, groups)
        if needed[1]:
            of_input = torch.convolution_backward(grad_output, input, grad_weight, None, stride, padding, dilation, transposed, output_padding, groups, [True, False, False])[0]
    if output_mask[2] and grad_bias is not None and needed[0]:
        of_grad = of_grad + grad_bias.reshape([-1] + [1] * (weight.dim() - 2))
    return of_grad, of_input, of_weight
)");
}

}  // namespace wick::jit
