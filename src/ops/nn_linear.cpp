// Affine layers: torch.nn.functional.linear and bilinear.
#include "ops/families.h"
#include "ops/linalg_product.h"
#include "ops/nn_common.h"
#include "ops/registry.h"

namespace wick::jit {

using namespace ops;

namespace {

/// y[…, o] = sum_ij x1[…, i] weight[o, i, j] x2[…, j] + bias[o]: one product over (i), then a row-wise dot over j.
Tensor bilinear(const Tensor& input1, const Tensor& input2, const Tensor& weight, const Tensor& bias) {
    WICK_CHECK(input1.dim() == input2.dim(), "bilinear(): input dimensions do not match: got {} and {}", input1.dim(),
               input2.dim());
    WICK_CHECK(weight.dim() == 3, "bilinear(): expected a weight of 3 dimensions, got {}", weight.dim());
    WICK_CHECK(input1.size(-1) == weight.size(1) && input2.size(-1) == weight.size(2),
               "bilinear(): the sizes of the inputs' last dimensions, {} and {}, do not match the weight's, {}",
               input1.size(-1), input2.size(-1), format_sizes(weight.sizes()));
    const int64_t outputs = weight.size(0), left = weight.size(1), right = weight.size(2);
    const int64_t rows = left == 0 ? 0 : input1.numel() / left;
    DimVector sizes(input1.sizes());
    for (int64_t d = 0; d + 1 < input1.dim(); ++d)
        WICK_CHECK(input1.size(d) == input2.size(d),
                   "bilinear(): input batch dimensions do not match at dim {}: got {} and {}", d, input1.size(d),
                   input2.size(d));
    sizes.back() = outputs;
    const Tensor x1 = compute_input(input1), x2 = compute_input(input2);
    // weight[o, i, j] as a matrix B[i, (o, j)].
    const Tensor w = compute_input(weight.as_strided_unchecked(
        {left, outputs, right}, {weight.stride(1), weight.stride(0), weight.stride(2)}, weight.storage_offset()));
    const Tensor matrix = w.as_strided_unchecked({left, outputs * right}, {outputs * right, 1}, w.storage_offset());
    const Tensor flat = x1.as_strided_unchecked({rows, left}, {left, 1}, x1.storage_offset());
    const Tensor partial = multiply(flat, matrix, "bilinear");
    const Tensor b = compute_input(bias, x1.dtype());
    const Tensor out = empty(sizes, x1.dtype());
    dispatch_float(x1.dtype(), "bilinear", [&]<class T>() {
        const T* p = partial.data<T>();
        const T* y = x2.data<T>();
        T* to = out.mutable_data<T>();
        for (int64_t r = 0; r < rows; ++r) {
            for (int64_t o = 0; o < outputs; ++o) {
                T sum = b.defined() ? b.data<T>()[o] : T(0);
                for (int64_t j = 0; j < right; ++j) sum += p[(r * outputs + o) * right + j] * y[r * right + j];
                to[r * outputs + o] = sum;
            }
        }
    });
    return to_dtype(out, input1.dtype());
}

Tensor plain_linear(const Tensor& input, const Tensor& weight, const Tensor& bias) {
    return linear(input, weight, bias);
}

}  // namespace

void register_nn_linear(Registry& ops) {
    ops.add("aten::linear(Tensor input, Tensor weight, Tensor? bias=None) -> Tensor")
        .kernel(&plain_linear)
        .out()
        .derivative("input", "grad.matmul(weight.conj())")
        .derivative(
            "weight",
            "(grad.reshape([-1, weight.size(0)]).t().mm(input.reshape([-1, weight.size(-1)]).conj()) if weight.dim() "
            "== 2 else torch.mv(input.reshape([-1, weight.size(0)]).t().conj(), grad.reshape([-1])))")
        .derivative("bias", "grad")
        .gradient_name("ViewBackward0 ViewBackward0 AddmmBackward0 ViewBackward0");
    ops.add("aten::bilinear(Tensor input1, Tensor input2, Tensor weight, Tensor? bias=None) -> Tensor")
        .kernel(&bilinear)
        .decomposition(R"(
def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Optional[Tensor]) -> Tensor:
    outputs, left, right = weight.size()
    partial = torch.matmul(input1, weight.permute([1, 0, 2]).reshape([left, outputs * right]))
    result = (partial.reshape(input1.size()[:-1] + [outputs, right]) * input2.unsqueeze(-2)).sum(-1)
    return result if bias is None else result + bias
)");
}

}  // namespace wick::jit
