// Gradients of pooling. A maximum hands its gradient to the element it came from, so the gradient of every kind of max
// pooling is a scatter by its indices and the second derivative a gather; an average hands it out in equal parts.
#include <wick/support/parallel.h>

#include "ops/nn_pool.h"
#include "ops/registry.h"

namespace wick::jit {

using namespace ops;

namespace {

/// Sizes of the last n dimensions multiplied.
int64_t plane_size(IntArrayRef sizes, int64_t n) {
    WICK_CHECK(n > 0 && static_cast<int64_t>(sizes.size()) >= n, "expected at least {} dimensions, got {}", n,
               format_sizes(sizes));
    int64_t size = 1;
    for (int64_t i = 0; i < n; ++i) size *= sizes[sizes.size() - 1 - static_cast<size_t>(i)];
    return size;
}

/// Calls f(plane's begin in the pooled tensor, its end, the plane's begin in the other one) for all planes in parallel.
template <class F>
void for_planes(int64_t pooled_count, int64_t pooled, int64_t whole, F&& f) {
    if (pooled_count == 0) return;
    parallel_for(0, pooled_count / pooled, std::max<int64_t>(1, 32768 / (pooled + whole)),
                 [&](int64_t begin, int64_t end) {
                     for (int64_t p = begin; p < end; ++p) f(p * pooled, (p + 1) * pooled, p * whole);
                 });
}

/// An index that may come from anybody.
int64_t checked_index(int64_t index, int64_t size) {
    WICK_CHECK(index >= 0 && index < size, "found an invalid max index {} (planes of {} elements)", index, size);
    return index;
}

/// Zeros of the sizes `size`, to which every value is added where its index says, in its plane of the last n
/// dimensions.
Tensor scatter_pooled(const Tensor& values, const Tensor& indices, const IntList& size, int64_t n) {
    WICK_CHECK(values.sizes() == indices.sizes(), "expected values and indices of one shape, got {} and {}",
               format_sizes(values.sizes()), format_sizes(indices.sizes()));
    const int64_t pooled = plane_size(values.sizes(), n), whole = plane_size(size, n);
    const Tensor from = contiguous(values), index = contiguous(indices), out = zeros(size, values.dtype());
    const int64_t* at = index.data<int64_t>();
    dispatch_dtype(values.dtype(), [&]<class T>() {
        const T* source = from.data<T>();
        T* to = out.mutable_data<T>();
        for_planes(from.numel(), pooled, whole, [&](int64_t begin, int64_t end, int64_t plane) {
            for (int64_t i = begin; i < end; ++i) {
                T& sum = to[plane + checked_index(at[i], whole)];
                sum = static_cast<T>(sum + source[i]);
            }
        });
    });
    return out;
}

/// The elements of `self` at the indices in their planes of the last n dimensions.
Tensor gather_pooled(const Tensor& self, const Tensor& indices, int64_t n) {
    const int64_t pooled = plane_size(indices.sizes(), n), whole = plane_size(self.sizes(), n);
    WICK_CHECK(pooled == 0 || whole == 0 || indices.numel() / pooled == self.numel() / whole,
               "indices {} do not fit {}", format_sizes(indices.sizes()), format_sizes(self.sizes()));
    const Tensor from = contiguous(self), index = contiguous(indices), out = empty(indices.sizes(), self.dtype());
    const int64_t* at = index.data<int64_t>();
    dispatch_dtype(self.dtype(), [&]<class T>() {
        const T* source = from.data<T>();
        T* to = out.mutable_data<T>();
        for_planes(index.numel(), pooled, whole, [&](int64_t begin, int64_t end, int64_t plane) {
            for (int64_t i = begin; i < end; ++i) to[i] = source[plane + checked_index(at[i], whole)];
        });
    });
    return out;
}

template <class T>
void spread_averages(const Pooling& pool, const T* dy, bool count_include_pad, int64_t divisor, T* dx) {
    const kernels::PoolShape& s = pool.shape;
    // The window's span along a dimension: with and without padding.
    struct Span {
        int64_t begin, end, padded;
    };
    const auto span = [&](int d, int64_t i) {
        const int64_t start = i * s.stride[d] - s.padding[d];
        const int64_t stop = std::min(start + s.kernel[d], s.in[d] + s.padding[d]);
        return Span{std::max<int64_t>(start, 0), std::min(stop, s.in[d]), stop - start};
    };
    for_planes(pool.planes * s.out_size(), s.out_size(), s.in_size(), [&](int64_t at, int64_t, int64_t plane) {
        for (int64_t od = 0; od < s.out[0]; ++od) {
            for (int64_t oh = 0; oh < s.out[1]; ++oh) {
                for (int64_t ow = 0; ow < s.out[2]; ++ow, ++at) {
                    const Span d = span(0, od), h = span(1, oh), w = span(2, ow);
                    const int64_t inside = (d.end - d.begin) * (h.end - h.begin) * (w.end - w.begin);
                    const int64_t count = divisor != 0        ? divisor
                                          : count_include_pad ? d.padded * h.padded * w.padded
                                                              : inside;
                    if (count == 0) continue;
                    const T share = dy[at] / static_cast<T>(count);
                    for (int64_t i = d.begin; i < d.end; ++i)
                        for (int64_t j = h.begin; j < h.end; ++j)
                            for (int64_t k = w.begin; k < w.end; ++k)
                                dx[plane + (i * s.in[1] + j) * s.in[2] + k] += share;
                }
            }
        }
    });
}

/// `size` is the input's.
Tensor avg_pool_backward(const Tensor& grad_output, const IntList& size, int64_t n, const IntList& kernel_size,
                         const IntList& stride, const IntList& padding, bool ceil_mode, bool count_include_pad,
                         std::optional<int64_t> divisor_override) {
    const Tensor dy = compute_input(grad_output), dx = zeros(size, dy.dtype());
    const Pooling pool(dx, n, "avg_pool_backward", kernel_size, stride, padding, IntList{1}, ceil_mode);
    WICK_CHECK(dy.sizes() == IntArrayRef(pool.sizes), "expected a gradient of size {}, got {}",
               format_sizes(pool.sizes), format_sizes(dy.sizes()));
    dispatch_float(dy.dtype(), "avg_pool_backward", [&]<class T>() {
        spread_averages<T>(pool, dy.data<T>(), count_include_pad, divisor_override.value_or(0), dx.mutable_data<T>());
    });
    return to_dtype(dx, grad_output.dtype());
}

}  // namespace

void register_nn_pool_gradient(Registry& ops) {
    ops.add("wick::scatter_pooled(Tensor values, Tensor indices, int[] size, int n) -> Tensor")
        .kernel(&scatter_pooled)
        .derivative("values", "ops.wick.gather_pooled(grad, indices, n)");
    ops.add("wick::gather_pooled(Tensor self, Tensor indices, int n) -> Tensor")
        .kernel(&gather_pooled)
        .derivative("self", "ops.wick.scatter_pooled(grad, indices, self.size(), n)");
    ops.add(
           "wick::avg_pool_backward(Tensor grad_output, int[] size, int n, int[] kernel_size, int[] stride, int[] "
           "padding, bool ceil_mode, bool count_include_pad, int? divisor_override) -> Tensor")
        .kernel(&avg_pool_backward)
        .derivative("grad_output",
                    "torch.avg_pool1d(grad, kernel_size, stride, padding, ceil_mode, count_include_pad) if n == 1 else "
                    "(torch.avg_pool2d(grad, kernel_size, stride, padding, ceil_mode, count_include_pad, "
                    "divisor_override) if n == 2 else torch.avg_pool3d(grad, kernel_size, stride, padding, ceil_mode, "
                    "count_include_pad, divisor_override))");
    ops.add(
           "aten::max_pool2d_with_indices_backward(Tensor grad_output, Tensor self, int[2] kernel_size, int[2] stride, "
           "int[2] padding, int[2] dilation, bool ceil_mode, Tensor indices) -> Tensor")
        .composite(R"(
def max_pool2d_with_indices_backward(grad_output: Tensor, self: Tensor, kernel_size: List[int], stride: List[int], padding: List[int], dilation: List[int], ceil_mode: bool, indices: Tensor) -> Tensor:
    return ops.wick.scatter_pooled(grad_output, indices, self.size(), 2)
)");
    ops.add(
           "aten::avg_pool2d_backward(Tensor grad_output, Tensor self, int[2] kernel_size, int[2] stride, int[2] "
           "padding, bool ceil_mode, bool count_include_pad, int? divisor_override) -> Tensor")
        .composite(R"(
def avg_pool2d_backward(grad_output: Tensor, self: Tensor, kernel_size: List[int], stride: List[int], padding: List[int], ceil_mode: bool, count_include_pad: bool, divisor_override: Optional[int]) -> Tensor:
    return ops.wick.avg_pool_backward(grad_output, self.size(), 2, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
)");
}

}  // namespace wick::jit
