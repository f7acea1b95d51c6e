// Fractional max pooling (Graham 2014): windows of one size at random, uneven distances.

#include <cmath>

#include <wick/support/parallel.h>

#include "ops/nn_common.h"
#include "ops/op_errors.h"
#include "ops/registry.h"

namespace wick::jit {

using namespace ops;

namespace {

/// Where the windows begin along a dimension: about alpha apart, the last one at the end.
template <class T>
std::vector<int64_t> window_starts(T sample, int64_t input, int64_t output, int64_t window) {
    std::vector<int64_t> starts(static_cast<size_t>(output), input - window);
    const T alpha = output > 1 ? static_cast<T>(input - window) / static_cast<T>(output - 1) : T(0);
    for (int64_t i = 0; i + 1 < output; ++i)
        starts[static_cast<size_t>(i)] =
            static_cast<int64_t>((static_cast<T>(i) + sample) * alpha) - static_cast<int64_t>(sample * alpha);
    return starts;
}

/// One plane (or volume) of sizes `in` to one of sizes `out`; sizes are depth, height, width.
template <class T>
void pool_plane(const T* from, const std::array<int64_t, 3>& in, const std::array<int64_t, 3>& window,
                const std::array<std::vector<int64_t>, 3>& starts, T* to, int64_t* indices) {
    for (const int64_t z0 : starts[0]) {
        for (const int64_t y0 : starts[1]) {
            for (const int64_t x0 : starts[2]) {
                int64_t best = (z0 * in[1] + y0) * in[2] + x0;
                T most = -std::numeric_limits<T>::infinity();
                for (int64_t z = z0; z < z0 + window[0]; ++z) {
                    for (int64_t y = y0; y < y0 + window[1]; ++y) {
                        for (int64_t x = x0; x < x0 + window[2]; ++x) {
                            const int64_t at = (z * in[1] + y) * in[2] + x;
                            if (from[at] > most || std::isnan(from[at])) {
                                most = from[at];
                                best = at;
                            }
                        }
                    }
                }
                *to++ = most;
                *indices++ = best;
            }
        }
    }
}

template <size_t n>
std::tuple<Tensor, Tensor> fractional_max_pool(const Tensor& self, const IntList& kernel_size,
                                               const IntList& output_size, const Tensor& random_samples) {
    const std::string name = fmt::format("fractional_max_pool{}d", n);
    WICK_CHECK(self.dim() == n + 1 || self.dim() == n + 2, "{}(): Expected {}D or {}D tensor, but got: {}", name, n + 1,
               n + 2, format_sizes(self.sizes()));
    const IntList kernel = expand_list(kernel_size, n, name, "kernel_size");
    const IntList output = expand_list(output_size, n, name, "output_size");
    const size_t lead = static_cast<size_t>(self.dim()) - n;
    DimVector sizes(self.sizes());
    std::array<int64_t, 3> in = {1, 1, 1};
    std::array<int64_t, 3> window = {1, 1, 1};
    for (size_t d = 0; d < n; ++d) {
        const int64_t length = sizes[lead + d];
        WICK_CHECK(length > 0 && kernel[d] > 0 && output[d] > 0, "{}(): sizes must be positive", name);
        // PyTorch asks for one element more of volumes than of images.
        const int64_t most = n == 3 ? length - 1 : length;
        WICK_CHECK(output[d] <= most && kernel[d] <= most && output[d] + kernel[d] - 1 <= most,
                   "{}(): pool size {} too large relative to input size {}", name, kernel[d], length);
        in[3 - n + d] = length;
        window[3 - n + d] = kernel[d];
        sizes[lead + d] = output[d];
    }
    const int64_t planes = self.numel() / (in[0] * in[1] * in[2]);
    WICK_CHECK(random_samples.numel() == planes * static_cast<int64_t>(n) &&
                   random_samples.size(-1) == static_cast<int64_t>(n),
               "{}(): Expect _random_samples to hold {} numbers per plane, got shape {}", name, n,
               format_sizes(random_samples.sizes()));
    WICK_CHECK(random_samples.dtype() == self.dtype(), "Expect _random_samples to have the same dtype as input");

    const Tensor input = compute_input(self);
    const Tensor samples = compute_input(random_samples);
    const Tensor result = empty(sizes, input.dtype());
    const Tensor indices = empty(sizes, DType::int64);
    const int64_t per_plane = planes == 0 ? 0 : result.numel() / planes;
    const auto pool = [&]<class T>(const T* from, const T* sample, T* to) {
        int64_t* at = indices.mutable_data<int64_t>();
        parallel_for(0, planes, 1, [&](int64_t begin, int64_t end) {
            for (int64_t plane = begin; plane < end; ++plane) {
                std::array<std::vector<int64_t>, 3> starts = {{{0}, {0}, {0}}};
                for (size_t d = 0; d < n; ++d) {
                    // Images take their samples as (width, height), volumes as (depth, height, width).
                    const T drawn = sample[plane * static_cast<int64_t>(n) + static_cast<int64_t>(n == 2 ? 1 - d : d)];
                    WICK_CHECK(drawn >= 0 && drawn <= 1, "{}(): a random sample is outside [0, 1]", name);
                    starts[3 - n + d] = window_starts(drawn, in[3 - n + d], output[d], kernel[d]);
                }
                pool_plane(from + plane * in[0] * in[1] * in[2], in, window, starts, to + plane * per_plane,
                           at + plane * per_plane);
            }
        });
    };
    WICK_CHECK_IMPLEMENTED(is_floating(self.dtype()), name + "_out_frame", self.dtype());
    if (input.dtype() == DType::float64)
        pool(input.data<double>(), samples.data<double>(), result.mutable_data<double>());
    else
        pool(input.data<float>(), samples.data<float>(), result.mutable_data<float>());
    return {to_dtype(result, self.dtype()), indices};
}

}  // namespace

void register_nn_fractional_pool(Registry& ops) {
    ops.add(
           "aten::fractional_max_pool2d(Tensor self, int[2] kernel_size, int[2] output_size, Tensor random_samples) -> "
           "(Tensor, Tensor)")
        .kernel(&fractional_max_pool<2>)
        .out("output", {"output", "indices"})
        .derivative("self", "ops.wick.scatter_pooled(grad0, result1, self.size(), 2)");
    ops.add(
           "aten::fractional_max_pool3d(Tensor self, int[3] kernel_size, int[3] output_size, Tensor random_samples) -> "
           "(Tensor, Tensor)")
        .kernel(&fractional_max_pool<3>)
        .out("output", {"output", "indices"})
        .derivative("self", "ops.wick.scatter_pooled(grad0, result1, self.size(), 3)");
}

}  // namespace wick::jit
