// Pooling to a given output size. Output i of `out` covers inputs floor(i * in / out) … ceil((i + 1) * in / out) - 1.
#include <array>
#include <limits>

#include <wick/support/parallel.h>

#include "kernels/nn_pool.h"
#include "kernels/nn_rows.h"
#include "ops/families.h"
#include "ops/nn_common.h"
#include "ops/registry.h"

namespace wick::jit {

using namespace ops;

namespace {

using Pair = std::tuple<Tensor, Tensor>;

struct AdaptivePooling {
    AdaptivePooling(const Tensor& input, int64_t n, const IntList& output_size, std::string_view op) {
        WICK_CHECK(input.dim() == n + 1 || input.dim() == n + 2, "{}(): Expected {}D or {}D tensor, but got {}", op,
                   n + 1, n + 2, format_sizes(input.sizes()));
        sizes = input.sizes();
        for (int64_t i = 0; i < n; ++i) {
            const size_t d = sizes.size() - static_cast<size_t>(n - i), at = static_cast<size_t>(3 - n + i);
            const int64_t size = output_size[i];
            WICK_CHECK(sizes[d] > 0,
                       "{}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes {} "
                       "with dimension {} being empty",
                       op, format_sizes(input.sizes()), d);
            WICK_CHECK(size >= 0, "{}(): elements of output_size must be greater than or equal to 0 but received {}",
                       op, size);
            in[at] = sizes[d];
            out[at] = size;
            sizes[d] = size;
        }
        planes = input.numel() / (in[0] * in[1] * in[2]);
    }
    int64_t start(int d, int64_t i) const { return i * in[d] / out[d]; }
    int64_t end(int d, int64_t i) const { return ((i + 1) * in[d] + out[d] - 1) / out[d]; }
    bool even() const {
        bool all = true;
        for (int d = 0; d < 3; ++d) all = all && out[d] > 0 && in[d] % out[d] == 0;
        return all;
    }

    std::array<int64_t, 3> in{1, 1, 1}, out{1, 1, 1};
    DimVector sizes;
    int64_t planes;
};

/// Calls f(plane, output position, d0, d1, h0, h1, w0, w1) for every output, planes in parallel.
template <class F>
void for_windows(const AdaptivePooling& p, F&& f) {
    const int64_t per_plane = p.out[0] * p.out[1] * p.out[2];
    parallel_for(0, p.planes, std::max<int64_t>(1, 8192 / (p.in[0] * p.in[1] * p.in[2])),
                 [&](int64_t begin, int64_t end) {
                     for (int64_t plane = begin; plane < end; ++plane) {
                         int64_t at = plane * per_plane;
                         for (int64_t d = 0; d < p.out[0]; ++d)
                             for (int64_t h = 0; h < p.out[1]; ++h)
                                 for (int64_t w = 0; w < p.out[2]; ++w, ++at)
                                     f(plane, at, p.start(0, d), p.end(0, d), p.start(1, h), p.end(1, h), p.start(2, w),
                                       p.end(2, w));
                     }
                 });
}

template <class T>
void adaptive_avg(const AdaptivePooling& p, const T* x, T* y) {
    const int64_t plane_in = p.in[0] * p.in[1] * p.in[2];
    if (p.out == std::array<int64_t, 3>{1, 1, 1}) {
        kernels::row_means<T>(p.planes, plane_in, x, y);
        return;
    }
    if (p.even()) {
        kernels::PoolShape shape{p.in, p.out, {}, {}, {0, 0, 0}, {1, 1, 1}};
        for (int d = 0; d < 3; ++d) shape.kernel[d] = shape.stride[d] = p.in[d] / p.out[d];
        kernels::avg_pool<T>(shape, p.planes, x, y, false, 0);
        return;
    }
    for_windows(p,
                [&](int64_t plane, int64_t at, int64_t d0, int64_t d1, int64_t h0, int64_t h1, int64_t w0, int64_t w1) {
                    double sum = 0;
                    for (int64_t d = d0; d < d1; ++d)
                        for (int64_t h = h0; h < h1; ++h)
                            for (int64_t w = w0; w < w1; ++w)
                                sum += x[plane * plane_in + (d * p.in[1] + h) * p.in[2] + w];
                    y[at] = static_cast<T>(sum / static_cast<double>((d1 - d0) * (h1 - h0) * (w1 - w0)));
                });
}

template <int64_t n>
Tensor adaptive_avg_pool(const Tensor& self, const IntList& output_size) {
    const AdaptivePooling p(self, n, expand_list(output_size, n, "adaptive_avg_pool", "output_size"),
                            "adaptive_avg_pool");
    const Tensor x = compute_input(self);
    const Tensor out = empty(p.sizes, x.dtype());
    dispatch_float(x.dtype(), "adaptive_avg_pool",
                   [&]<class T>() { adaptive_avg<T>(p, x.data<T>(), out.mutable_data<T>()); });
    return to_dtype(out, self.dtype());
}

/// Every window's gradient in equal parts to what it covers.
Tensor adaptive_avg_pool_backward(const Tensor& grad_output, const IntList& size, int64_t n) {
    WICK_CHECK(grad_output.dim() >= n,
               "adaptive_avg_pool_backward(): expected a gradient of {} or more dimensions, got {}", n,
               grad_output.dim());
    const Tensor dx = zeros(size, compute_dtype(grad_output.dtype()));
    const AdaptivePooling p(dx, n,
                            IntList(grad_output.sizes().slice(grad_output.sizes().size() - static_cast<size_t>(n))),
                            "adaptive_avg_pool");
    const Tensor dy = compute_input(grad_output);
    dispatch_float(dx.dtype(), "adaptive_avg_pool_backward", [&]<class T>() {
        const int64_t plane_in = p.in[0] * p.in[1] * p.in[2];
        T* to = dx.mutable_data<T>();
        for_windows(
            p, [&](int64_t plane, int64_t at, int64_t d0, int64_t d1, int64_t h0, int64_t h1, int64_t w0, int64_t w1) {
                const T share = dy.data<T>()[at] / static_cast<T>((d1 - d0) * (h1 - h0) * (w1 - w0));
                for (int64_t d = d0; d < d1; ++d)
                    for (int64_t h = h0; h < h1; ++h)
                        for (int64_t w = w0; w < w1; ++w)
                            to[plane * plane_in + (d * p.in[1] + h) * p.in[2] + w] += share;
            });
    });
    return to_dtype(dx, grad_output.dtype());
}

template <int64_t n>
Pair adaptive_max_pool(const Tensor& self, const IntList& output_size) {
    const AdaptivePooling p(self, n, expand_list(output_size, n, "adaptive_max_pool", "output_size"),
                            "adaptive_max_pool");
    const Tensor x = compute_input(self);
    const Tensor out = empty(p.sizes, x.dtype()), index = empty(p.sizes, DType::int64);
    dispatch_float(x.dtype(), "adaptive_max_pool", [&]<class T>() {
        const T* from = x.data<T>();
        T* to = out.mutable_data<T>();
        int64_t* to_index = index.mutable_data<int64_t>();
        const int64_t plane_in = p.in[0] * p.in[1] * p.in[2];
        for_windows(
            p, [&](int64_t plane, int64_t at, int64_t d0, int64_t d1, int64_t h0, int64_t h1, int64_t w0, int64_t w1) {
                T top = -std::numeric_limits<T>::infinity();
                int64_t best = (d0 * p.in[1] + h0) * p.in[2] + w0;
                for (int64_t d = d0; d < d1; ++d) {
                    for (int64_t h = h0; h < h1; ++h) {
                        for (int64_t w = w0; w < w1; ++w) {
                            const int64_t i = (d * p.in[1] + h) * p.in[2] + w;
                            const T value = from[plane * plane_in + i];
                            if (value > top || value != value) top = value, best = i;
                        }
                    }
                }
                to[at] = top;
                to_index[at] = best;
            });
    });
    return {to_dtype(out, self.dtype()), index};
}

}  // namespace

void register_nn_adaptive_pool(Registry& ops) {
    ops.add("wick::adaptive_avg_pool_backward(Tensor grad_output, int[] size, int n) -> Tensor")
        .kernel(&adaptive_avg_pool_backward)
        .derivative(
            "grad_output",
            "torch.adaptive_avg_pool1d(grad, grad_output.size()[-1:]) if n == 1 else (torch.adaptive_avg_pool2d(grad, "
            "grad_output.size()[-2:]) if n == 2 else torch.adaptive_avg_pool3d(grad, grad_output.size()[-3:]))");
    ops.add("aten::_adaptive_avg_pool2d_backward(Tensor grad_output, Tensor self) -> Tensor").composite(R"(
def _adaptive_avg_pool2d_backward(grad_output: Tensor, self: Tensor) -> Tensor:
    return ops.wick.adaptive_avg_pool_backward(grad_output, self.size(), 2)
)");
    ops.add("aten::_adaptive_avg_pool3d_backward(Tensor grad_output, Tensor self) -> Tensor").composite(R"(
def _adaptive_avg_pool3d_backward(grad_output: Tensor, self: Tensor) -> Tensor:
    return ops.wick.adaptive_avg_pool_backward(grad_output, self.size(), 3)
)");
    ops.add("aten::adaptive_avg_pool1d(Tensor self, int[1] output_size) -> Tensor")
        .kernel(&adaptive_avg_pool<1>)
        .out()
        .derivative("self", "ops.wick.adaptive_avg_pool_backward(grad, self.size(), 1)")
        .gradient_name("SqueezeBackward1");
    ops.add("aten::adaptive_avg_pool2d(Tensor self, SymInt[2] output_size) -> Tensor")
        .kernel(&adaptive_avg_pool<2>)
        .out()
        .derivative("self", "ops.wick.adaptive_avg_pool_backward(grad, self.size(), 2)");
    ops.add("aten::adaptive_avg_pool3d(Tensor self, SymInt[3] output_size) -> Tensor")
        .kernel(&adaptive_avg_pool<3>)
        .out()
        .derivative("self", "ops.wick.adaptive_avg_pool_backward(grad, self.size(), 3)");
    ops.add("aten::_adaptive_avg_pool2d(Tensor self, SymInt[2] output_size) -> Tensor")
        .kernel(&adaptive_avg_pool<2>)
        .out()
        .derivative("self", "ops.wick.adaptive_avg_pool_backward(grad, self.size(), 2)");
    ops.add("aten::_adaptive_avg_pool3d(Tensor self, SymInt[3] output_size) -> Tensor")
        .kernel(&adaptive_avg_pool<3>)
        .out()
        .derivative("self", "ops.wick.adaptive_avg_pool_backward(grad, self.size(), 3)");
    ops.add("aten::adaptive_max_pool1d(Tensor self, int[1] output_size) -> (Tensor, Tensor)")
        .kernel(&adaptive_max_pool<1>)
        .derivative("self", "ops.wick.scatter_pooled(grad0, result1, self.size(), 1)");
    ops.add("aten::adaptive_max_pool2d(Tensor self, int[2] output_size) -> (Tensor, Tensor)")
        .kernel(&adaptive_max_pool<2>)
        .derivative("self", "ops.wick.scatter_pooled(grad0, result1, self.size(), 2)");
    ops.add("aten::adaptive_max_pool3d(Tensor self, int[3] output_size) -> (Tensor, Tensor)")
        .kernel(&adaptive_max_pool<3>)
        .derivative("self", "ops.wick.scatter_pooled(grad0, result1, self.size(), 3)");
}

}  // namespace wick::jit
