// softmax and log_softmax along any dimension (torch.nn.functional.softmax).
#include "kernels/nn_rows.h"
#include "ops/families.h"
#include "ops/nn_common.h"
#include "ops/registry.h"

namespace wick::jit {

using namespace ops;

namespace {

Tensor softmax_as(const Tensor& self, int64_t dim, DType result, bool log) {
    const int64_t d = wrap_dim(dim, self.dim());
    const std::string_view op = log ? "log_softmax_lastdim_kernel_impl" : "softmax_lastdim_kernel_impl";
    const Tensor x = compute_input(self);
    const Tensor out = empty(self.sizes(), x.dtype());
    int64_t outer = 1, inner = 1;
    for (int64_t i = 0; i < d; ++i) outer *= self.size(i);
    for (int64_t i = d + 1; i < self.dim(); ++i) inner *= self.size(i);
    const int64_t n = self.dim() == 0 ? 1 : self.size(d);
    dispatch_float(x.dtype(), op,
                   [&]<class T>() { kernels::softmax<T>(outer, n, inner, x.data<T>(), out.mutable_data<T>(), log); });
    return to_dtype(out, result);
}

template <bool log>
Tensor softmax(const Tensor& self, int64_t dim, std::optional<DType> dtype) {
    if (!dtype) return softmax_as(self, dim, self.dtype(), log);
    // Half to float happens inside, before any rounding; other conversions first.
    if (self.dtype() == DType::float16 && *dtype == DType::float32) return softmax_as(self, dim, DType::float32, log);
    return softmax_as(to_dtype(self, *dtype), dim, *dtype, log);
}

template <bool log>
Tensor raw_softmax(const Tensor& self, int64_t dim, bool half_to_float) {
    WICK_CHECK(!half_to_float || self.dtype() == DType::float16,
               "softmax with half to float conversion is not supported on CPU");
    return softmax_as(self, dim, half_to_float ? DType::float32 : self.dtype(), log);
}

}  // namespace

void register_nn_softmax(Registry& ops) {
    constexpr std::string_view kSoftmaxGrad = "result * (grad - (grad * result).sum([dim], keepdim=True))";
    constexpr std::string_view kLogSoftmaxGrad = "grad - result.exp() * grad.sum([dim], keepdim=True)";
    ops.add("aten::softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor")
        .kernel(&softmax<false>)
        .out()
        .derivative("self", kSoftmaxGrad);
    ops.add("aten::log_softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor")
        .kernel(&softmax<true>)
        .out()
        .derivative("self", kLogSoftmaxGrad);
    ops.add("aten::_softmax(Tensor self, int dim, bool half_to_float) -> Tensor")
        .kernel(&raw_softmax<false>)
        .out()
        .derivative("self", kSoftmaxGrad);
    ops.add("aten::_log_softmax(Tensor self, int dim, bool half_to_float) -> Tensor")
        .kernel(&raw_softmax<true>)
        .out()
        .derivative("self", kLogSoftmaxGrad);
    ops.add("aten::special_softmax(Tensor self, int dim, ScalarType? dtype=None) -> Tensor")
        .kernel(&softmax<false>)
        .derivative("self", kSoftmaxGrad);
    ops.add("aten::special_log_softmax(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor")
        .kernel(&softmax<true>)
        .derivative("self", kLogSoftmaxGrad);
}

}  // namespace wick::jit
