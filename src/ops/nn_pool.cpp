// Pooling over one to three spatial dimensions: max_pool, avg_pool and max_unpool (torch.nn.functional).
#include "kernels/nn_pool.h"

#include <wick/support/parallel.h>

#include "ops/families.h"
#include "ops/nn_common.h"
#include "ops/nn_pool.h"
#include "ops/registry.h"

namespace wick::jit {

using namespace ops;

Pooling::Pooling(const Tensor& input, int64_t n, std::string_view op, IntList kernel, IntList stride, IntList padding,
                 IntList dilation, bool ceil_mode)
    : spatial(n) {
    WICK_CHECK(input.dim() == n + 1 || input.dim() == n + 2,
               "{}: Expected {}D or {}D (batch mode) tensor for input, but got: {}", op, n + 1, n + 2,
               format_sizes(input.sizes()));
    kernel = expand_list(std::move(kernel), n, op, "kernel_size");
    stride = stride.empty() ? kernel : expand_list(std::move(stride), n, op, "stride");
    padding = expand_list(std::move(padding), n, op, "padding");
    dilation = expand_list(std::move(dilation), n, op, "dilation");
    sizes = input.sizes();
    bool fits = true;
    for (int64_t i = 0; i < n; ++i) {
        const size_t d = sizes.size() - static_cast<size_t>(n - i), at = static_cast<size_t>(3 - n + i);
        constexpr int64_t kLimit = int64_t{1} << 31;
        WICK_CHECK(kernel[i] > 0 && kernel[i] < kLimit, "kernel size should be greater than zero, but got {}",
                   format_sizes(kernel));
        WICK_CHECK(stride[i] != 0, "stride should not be zero");
        WICK_CHECK(stride[i] > 0 && stride[i] < kLimit, "stride should be greater than zero, but got {}",
                   format_sizes(stride));
        WICK_CHECK(dilation[i] > 0 && dilation[i] < kLimit, "dilation should be greater than zero, but got {}",
                   format_sizes(dilation));
        WICK_CHECK(padding[i] >= 0, "pad must be non-negative, but got pad: {}", padding[i]);
        WICK_CHECK(
            padding[i] <= ((kernel[i] - 1) * dilation[i] + 1) / 2,
            "pad should be at most half of effective kernel size, but got pad={}, kernel_size={} and dilation={}",
            padding[i], kernel[i], dilation[i]);
        const int64_t in = sizes[d], out = window_count(in, kernel[i], stride[i], padding[i], dilation[i], ceil_mode);
        fits = fits && in > 0 && out > 0;
        shape.in[at] = in;
        shape.out[at] = out;
        shape.kernel[at] = kernel[i];
        shape.stride[at] = stride[i];
        shape.padding[at] = padding[i];
        shape.dilation[at] = dilation[i];
        sizes[d] = out;
    }
    const auto text = [&](IntArrayRef of) {
        std::string all;
        for (size_t i = of.size() - static_cast<size_t>(n) - 1; i < of.size(); ++i)
            all += (all.empty() ? "" : "x") + std::to_string(of[i]);
        return all;
    };
    WICK_CHECK(fits, "Given input size: ({}). Calculated output size: ({}). Output size is too small",
               text(input.sizes()), text(sizes));
    planes = input.numel() / shape.in_size();
}

namespace {

using kernels::PoolShape;
using Pair = std::tuple<Tensor, Tensor>;

Pair max_pool_with_indices(const Tensor& self, const Pooling& pool, std::string_view op) {
    const Tensor x = compute_input(self);
    const Tensor out = empty(pool.sizes, x.dtype()), index = empty(pool.sizes, DType::int64);
    const auto run = [&]<class T>() {
        kernels::max_pool_indices<T>(pool.shape, pool.planes, x.data<T>(), out.mutable_data<T>(),
                                     index.mutable_data<int64_t>());
    };
    if (x.dtype() == DType::int64) {
        run.template operator()<int64_t>();
    } else {
        dispatch_float(x.dtype(), op, run);
    }
    return {to_dtype(out, self.dtype()), index};
}

template <int64_t n>
Pair max_pool_indexed(const Tensor& self, const IntList& kernel_size, const IntList& stride, const IntList& padding,
                      const IntList& dilation, bool ceil_mode) {
    const Pooling pool(self, n, "max_pool", kernel_size, stride, padding, dilation, ceil_mode);
    return max_pool_with_indices(self, pool, "max_pool");
}

template <int64_t n>
Tensor max_pool(const Tensor& self, const IntList& kernel_size, const IntList& stride, const IntList& padding,
                const IntList& dilation, bool ceil_mode) {
    const Pooling pool(self, n, "max_pool", kernel_size, stride, padding, dilation, ceil_mode);
    if (self.dtype() == DType::int64) return std::get<0>(max_pool_with_indices(self, pool, "max_pool"));
    const Tensor x = compute_input(self);
    const Tensor out = empty(pool.sizes, x.dtype());
    dispatch_float(x.dtype(), "max_pool", [&]<class T>() {
        kernels::max_pool<T>(pool.shape, pool.planes, x.data<T>(), out.mutable_data<T>());
    });
    return to_dtype(out, self.dtype());
}

template <int64_t n>
Tensor avg_pool_nd(const Tensor& self, const IntList& kernel_size, const IntList& stride, const IntList& padding,
                   bool ceil_mode, bool count_include_pad, std::optional<int64_t> divisor_override) {
    WICK_CHECK(!divisor_override || *divisor_override != 0, "divisor must be not zero");
    const Pooling pool(self, n, "avg_pool", kernel_size, stride, padding, IntList{1}, ceil_mode);
    const Tensor x = compute_input(self);
    const Tensor out = empty(pool.sizes, x.dtype());
    dispatch_float(x.dtype(), "avg_pool", [&]<class T>() {
        kernels::avg_pool<T>(pool.shape, pool.planes, x.data<T>(), out.mutable_data<T>(), count_include_pad,
                             divisor_override.value_or(0));
    });
    return to_dtype(out, self.dtype());
}

Tensor avg_pool1d(const Tensor& self, const IntList& kernel_size, const IntList& stride, const IntList& padding,
                  bool ceil_mode, bool count_include_pad) {
    return avg_pool_nd<1>(self, kernel_size, stride, padding, ceil_mode, count_include_pad, std::nullopt);
}

/// Puts every value at its index of an otherwise zero plane.
Tensor max_unpool(const Tensor& self, const Tensor& indices, const IntList& output_size, int64_t n) {
    WICK_CHECK(self.dim() == n + 1 || self.dim() == n + 2,
               "Input to max_unpooling{}d should be a {}d or {}d Tensor, but got tensor with dim: {}", n, n + 1, n + 2,
               self.dim());
    WICK_CHECK(static_cast<int64_t>(output_size.size()) == n,
               "There should be exactly {} elements in output_size, but got {} elements.", n, output_size.size());
    WICK_CHECK(indices.dtype() == DType::int64, "elements in indices should be type int64 but got: {}",
               scalar_name_of(indices.dtype()));
    WICK_CHECK(
        self.sizes() == indices.sizes(),
        "Expected shape of indices to be same as that of the input tensor ({}) but got indices tensor with shape: {}",
        format_sizes(self.sizes()), format_sizes(indices.sizes()));
    DimVector sizes(self.sizes());
    int64_t plane_in = 1, plane_out = 1;
    for (int64_t i = 0; i < n; ++i) {
        const size_t d = sizes.size() - static_cast<size_t>(n - i);
        plane_in *= sizes[d];
        sizes[d] = output_size[i];
    }
    plane_out = checked_numel(output_size);
    const Tensor x = contiguous(self), index = contiguous(indices), out = zeros(sizes, self.dtype());
    const int64_t* at = index.data<int64_t>();
    dispatch_dtype(self.dtype(), [&]<class T>() {
        const T* from = x.data<T>();
        T* to = out.mutable_data<T>();
        for (int64_t i = 0; i < x.numel(); ++i) {
            WICK_CHECK(at[i] >= 0 && at[i] < plane_out,
                       "Found an invalid max index: {} (output volumes are of size {})", at[i],
                       format_sizes(output_size));
            to[i / plane_in * plane_out + at[i]] = from[i];
        }
    });
    return out;
}

Tensor max_unpool2d(const Tensor& self, const Tensor& indices, const IntList& output_size) {
    return max_unpool(self, indices, output_size, 2);
}

Tensor max_unpool3d(const Tensor& self, const Tensor& indices, const IntList& output_size, const IntList&,
                    const IntList&) {
    return max_unpool(self, indices, output_size, 3);
}

}  // namespace

void register_nn_pool(Registry& ops) {
    ops.add(
           "aten::max_pool1d(Tensor self, int[1] kernel_size, int[1] stride=[], int[1] padding=0, int[1] dilation=1, "
           "bool ceil_mode=False) -> Tensor")
        .kernel(&max_pool<1>)
        .decomposition(R"(
def max_pool1d(self: Tensor, kernel_size: List[int], stride: List[int], padding: List[int], dilation: List[int], ceil_mode: bool) -> Tensor:
    return torch.max_pool1d_with_indices(self, kernel_size, stride, padding, dilation, ceil_mode)[0]
)");
    ops.add(
           "aten::max_pool2d(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, int[2] dilation=1, "
           "bool ceil_mode=False) -> Tensor")
        .kernel(&max_pool<2>)
        .decomposition(R"(
def max_pool2d(self: Tensor, kernel_size: List[int], stride: List[int], padding: List[int], dilation: List[int], ceil_mode: bool) -> Tensor:
    return torch.max_pool2d_with_indices(self, kernel_size, stride, padding, dilation, ceil_mode)[0]
)");
    ops.add(
           "aten::max_pool3d(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] padding=0, int[3] dilation=1, "
           "bool ceil_mode=False) -> Tensor")
        .kernel(&max_pool<3>)
        .decomposition(R"(
def max_pool3d(self: Tensor, kernel_size: List[int], stride: List[int], padding: List[int], dilation: List[int], ceil_mode: bool) -> Tensor:
    return torch.max_pool3d_with_indices(self, kernel_size, stride, padding, dilation, ceil_mode)[0]
)");
    ops.add(
           "aten::max_pool1d_with_indices(Tensor self, int[1] kernel_size, int[1] stride=[], int[1] padding=0, int[1] "
           "dilation=1, bool ceil_mode=False) -> (Tensor, Tensor)")
        .kernel(&max_pool_indexed<1>)
        .derivative("self", "ops.wick.scatter_pooled(grad0, result1, self.size(), 1)")
        .gradient_name("SqueezeBackward1");
    ops.add(
           "aten::max_pool2d_with_indices(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, int[2] "
           "dilation=1, bool ceil_mode=False) -> (Tensor, Tensor)")
        .kernel(&max_pool_indexed<2>)
        .derivative("self", "ops.wick.scatter_pooled(grad0, result1, self.size(), 2)");
    ops.add(
           "aten::max_pool3d_with_indices(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] padding=0, int[3] "
           "dilation=1, bool ceil_mode=False) -> (Tensor, Tensor)")
        .kernel(&max_pool_indexed<3>)
        .derivative("self", "ops.wick.scatter_pooled(grad0, result1, self.size(), 3)");
    ops.add(
           "aten::avg_pool1d(Tensor self, int[1] kernel_size, int[1] stride=[], int[1] padding=0, bool "
           "ceil_mode=False, bool count_include_pad=True) -> Tensor")
        .kernel(&avg_pool1d)
        .out()
        .derivative("self",
                    "ops.wick.avg_pool_backward(grad, self.size(), 1, kernel_size, stride, padding, ceil_mode, "
                    "count_include_pad, None)")
        .gradient_name("SqueezeBackward1");
    ops.add(
           "aten::avg_pool2d(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, bool "
           "ceil_mode=False, bool count_include_pad=True, int? divisor_override=None) -> Tensor")
        .kernel(&avg_pool_nd<2>)
        .out()
        .derivative("self",
                    "ops.wick.avg_pool_backward(grad, self.size(), 2, kernel_size, stride, padding, ceil_mode, "
                    "count_include_pad, divisor_override)");
    ops.add(
           "aten::avg_pool3d(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] padding=0, bool "
           "ceil_mode=False, bool count_include_pad=True, int? divisor_override=None) -> Tensor")
        .kernel(&avg_pool_nd<3>)
        .out()
        .derivative("self",
                    "ops.wick.avg_pool_backward(grad, self.size(), 3, kernel_size, stride, padding, ceil_mode, "
                    "count_include_pad, divisor_override)");
    ops.add("aten::max_unpool2d(Tensor self, Tensor indices, SymInt[2] output_size) -> Tensor")
        .kernel(&max_unpool2d)
        .out()
        .derivative("self", "ops.wick.gather_pooled(grad, indices, 2)");
    ops.add(
           "aten::max_unpool3d(Tensor self, Tensor indices, SymInt[3] output_size, int[3] stride, int[3] padding) -> "
           "Tensor")
        .kernel(&max_unpool3d)
        .out()
        .derivative("self", "ops.wick.gather_pooled(grad, indices, 3)");
}

}  // namespace wick::jit
