// Rearrangements of pixels and channels: unfold (im2col), fold (col2im), pixel and channel shuffles
// (torch.nn.functional).
#include <algorithm>

#include <wick/support/parallel.h>

#include "ops/element_of_size.h"
#include "ops/families.h"
#include "ops/nn_common.h"
#include "ops/registry.h"
#include "ops/wrapping.h"

namespace wick::jit {

using namespace ops;

namespace {

/// Sliding windows over an image [channels, height, width].
struct Windows {
    Windows(int64_t image_height, int64_t image_width, const IntList& kernel_size, const IntList& dilation_size,
            const IntList& pad, const IntList& stride_size, std::string_view op)
        : height(image_height),
          width(image_width),
          kernel(expand_list(kernel_size, 2, op, "kernel_size")),
          dilation(expand_list(dilation_size, 2, op, "dilation")),
          padding(expand_list(pad, 2, op, "padding")),
          stride(expand_list(stride_size, 2, op, "stride")) {
        constexpr int64_t kLimit = int64_t{1} << 31;
        for (int i = 0; i < 2; ++i) {
            WICK_CHECK(kernel[i] > 0 && kernel[i] < kLimit, "kernel size should be greater than zero, but got {}",
                       format_sizes(kernel));
            WICK_CHECK(dilation[i] > 0 && dilation[i] < kLimit, "dilation should be greater than zero, but got {}",
                       format_sizes(dilation));
            WICK_CHECK(padding[i] >= 0 && padding[i] < kLimit, "padding should be non-negative, but got {}",
                       format_sizes(padding));
            WICK_CHECK(stride[i] > 0 && stride[i] < kLimit, "stride should be greater than zero, but got {}",
                       format_sizes(stride));
        }
        rows = (height + 2 * padding[0] - dilation[0] * (kernel[0] - 1) - 1) / stride[0] + 1;
        columns = (width + 2 * padding[1] - dilation[1] * (kernel[1] - 1) - 1) / stride[1] + 1;
        const bool fits = height + 2 * padding[0] >= dilation[0] * (kernel[0] - 1) + 1 &&
                          width + 2 * padding[1] >= dilation[1] * (kernel[1] - 1) + 1;
        WICK_CHECK(fits,
                   "{}: given an image of spatial size ({}, {}), kernel_size={}, dilation={}, padding={}, the array of "
                   "sliding blocks has no element",
                   op, height, width, format_sizes(kernel), format_sizes(dilation), format_sizes(padding));
    }
    int64_t taps() const { return kernel[0] * kernel[1]; }
    int64_t blocks() const { return rows * columns; }
    /// For every row of every tap: f(its place in the columns of one channel, the first of its columns that lie inside
    /// the image and the one behind the last, the pixel of the first); the pixels of others are `stride` apart.
    template <class F>
    void for_each_row(F&& f) const {
        for (int64_t tap = 0; tap < taps(); ++tap) {
            const int64_t dy = tap / kernel[1] * dilation[0] - padding[0],
                          dx = tap % kernel[1] * dilation[1] - padding[1];
            const int64_t first = std::min(columns, dx < 0 ? (stride[1] - 1 - dx) / stride[1] : 0);
            const int64_t inside = width > dx ? (width - 1 - dx) / stride[1] + 1 : 0;
            const int64_t last = std::clamp(inside, first, columns);
            for (int64_t r = 0; r < rows; ++r) {
                const int64_t y = r * stride[0] + dy, place = (tap * rows + r) * columns;
                if (y < 0 || y >= height || first == last) {
                    f(place, columns, columns, int64_t{0});
                } else {
                    f(place, first, last, y * width + first * stride[1] + dx);
                }
            }
        }
    }
    int64_t height, width;
    IntList kernel, dilation, padding, stride;
    int64_t rows = 0, columns = 0;
};

/// [N, C, H, W] → [N, C * taps, blocks]; also without N.
Tensor im2col(const Tensor& self, const IntList& kernel_size, const IntList& dilation, const IntList& padding,
              const IntList& stride) {
    WICK_CHECK(self.dim() == 3 || self.dim() == 4,
               "Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for "
               "input, but got: {}",
               format_sizes(self.sizes()));
    const Windows windows(self.size(-2), self.size(-1), kernel_size, dilation, padding, stride, "im2col");
    checked_numel({windows.kernel[0], windows.kernel[1], windows.rows, windows.columns, self.size(-3)});
    DimVector sizes(self.sizes());
    sizes.pop_back();
    sizes.back() = windows.blocks();
    sizes[sizes.size() - 2] *= windows.taps();
    const Tensor x = contiguous(self), out = empty(sizes, self.dtype());
    const int64_t plane = windows.height * windows.width, planes = plane == 0 ? 0 : self.numel() / plane;
    const int64_t per_plane = windows.taps() * windows.blocks();
    with_element_of_size(self.itemsize(), [&]<class E>() {
        E* to = static_cast<E*>(out.mutable_data_ptr());
        const E* pixels = static_cast<const E*>(x.data_ptr());
        parallel_for(0, planes, std::max<int64_t>(1, 16384 / (per_plane + 1)), [&](int64_t begin, int64_t end) {
            for (int64_t p = begin; p < end; ++p)
                windows.for_each_row([&](int64_t place, int64_t first, int64_t last, int64_t pixel) {
                    E* __restrict__ row = to + p * per_plane + place;
                    const E* __restrict__ from = pixels + p * plane + pixel;
                    std::fill(row, row + first, E{});
                    std::fill(row + last, row + windows.columns, E{});
                    row += first;
                    const int64_t n = last - first, step = windows.stride[1];
                    if (step == 1) {
                        std::copy_n(from, n, row);
                    } else {
                        for (int64_t i = 0; i < n; ++i) row[i] = from[i * step];
                    }
                });
        });
    });
    return out;
}

/// The sum of overlapping blocks: [N, C * taps, blocks] → [N, C, H, W]; also without N.
Tensor col2im(const Tensor& self, const IntList& output_size, const IntList& kernel_size, const IntList& dilation,
              const IntList& padding, const IntList& stride) {
    WICK_CHECK(self.dim() == 2 || self.dim() == 3,
               "Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for "
               "input, but got: {}",
               format_sizes(self.sizes()));
    const IntList size = expand_list(output_size, 2, "col2im", "output_size");
    WICK_CHECK(size[0] > 0 && size[1] > 0, "output_size should be greater than zero, but got {}", format_sizes(size));
    const Windows windows(size[0], size[1], kernel_size, dilation, padding, stride, "col2im");
    WICK_CHECK(self.size(-2) % windows.taps() == 0,
               "Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got "
               "input.size(1)={} and kernel_size={}.",
               self.size(-2), format_sizes(windows.kernel));
    WICK_CHECK(self.size(-1) == windows.blocks(),
               "Given output_size={}, kernel_size={}, dilation={}, padding={}, stride={}, expected size of input's "
               "dimension 2 to match the calculated number of sliding blocks {} * {} = {}, but got input.size(2)={}.",
               format_sizes(size), format_sizes(windows.kernel), format_sizes(windows.dilation),
               format_sizes(windows.padding), format_sizes(windows.stride), windows.rows, windows.columns,
               windows.blocks(), self.size(-1));
    DimVector sizes(self.sizes());
    sizes[sizes.size() - 2] /= windows.taps();
    sizes.back() = size[0];
    sizes.push_back(size[1]);
    const Tensor x = compute_input(self), out = zeros(sizes, x.dtype());
    const int64_t plane = size[0] * size[1], planes = out.numel() / plane,
                  per_plane = windows.taps() * windows.blocks();
    dispatch_dtype(x.dtype(), [&]<class T>() {
        if constexpr (!std::is_same_v<T, Half> && !std::is_same_v<T, BFloat16>) {
            T* to = out.mutable_data<T>();
            parallel_for(0, planes, std::max<int64_t>(1, 16384 / (per_plane + 1)), [&](int64_t begin, int64_t end) {
                for (int64_t p = begin; p < end; ++p) {
                    windows.for_each_row([&](int64_t place, int64_t first, int64_t last, int64_t pixel) {
                        T* __restrict__ sums = to + p * plane + pixel;
                        const T* __restrict__ row = x.data<T>() + p * per_plane + place + first;
                        const int64_t n = last - first, step = windows.stride[1];
                        if (step == 1) {
                            for (int64_t i = 0; i < n; ++i) sums[i] = wrapping_sum(sums[i], row[i]);
                        } else {
                            for (int64_t i = 0; i < n; ++i) sums[i * step] = wrapping_sum(sums[i * step], row[i]);
                        }
                    });
                }
            });
        }
    });
    return to_dtype(out, self.dtype());
}

/// f(element of the first of the rows that make it, its first element) for every row of shuffled images
/// [images, height r, width r]; the r rows that make one are a plane of height * width apart.
template <class F>
void for_each_shuffled_row(int64_t images, int64_t factor, int64_t height, int64_t width, F&& f) {
    const int64_t rows = images * height * factor;
    parallel_for(0, rows, std::max<int64_t>(1, 16384 / (width * factor + 1)), [&](int64_t begin, int64_t end) {
        for (int64_t r = begin; r < end; ++r) {
            const int64_t image = r / (height * factor), h = r / factor % height, i = r % factor;
            f(((image * factor + i) * factor * height + h) * width, r * width * factor);
        }
    });
}

/// [*, C r², H, W] → [*, C, H r, W r].
Tensor pixel_shuffle(const Tensor& self, int64_t factor) {
    WICK_CHECK(self.dim() >= 3,
               "pixel_shuffle expects input to have at least 3 dimensions, but got input with {} dimension(s)",
               self.dim());
    WICK_CHECK(factor > 0 && factor < (int64_t{1} << 31), "pixel_shuffle expects a positive upscale_factor, but got {}",
               factor);
    const int64_t channels = self.size(-3), height = self.size(-2), width = self.size(-1);
    WICK_CHECK(channels % (factor * factor) == 0,
               "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, "
               "but input.size(-3)={} is not divisible by {}",
               channels, factor * factor);
    const int64_t out_channels = channels / (factor * factor),
                  planes = out_channels * height * width == 0 ? 0 : self.numel() / (channels * height * width);
    DimVector sizes(self.sizes().slice(0, self.sizes().size() - 3));
    for (int64_t size : {out_channels, height * factor, width * factor}) sizes.push_back(size);
    const Tensor x = contiguous(self), out = empty(sizes, self.dtype());
    with_element_of_size(self.itemsize(), [&]<class E>() {
        const E* from = static_cast<const E*>(x.data_ptr());
        E* to = static_cast<E*>(out.mutable_data_ptr());
        for_each_shuffled_row(planes * out_channels, factor, height, width, [&](int64_t plane, int64_t row) {
            const E* __restrict__ in = from + plane;
            E* __restrict__ pixels = to + row;
            if (factor == 2) {
                const E* __restrict__ odd = in + height * width;
                for (int64_t w = 0; w < width; ++w) pixels[2 * w] = in[w], pixels[2 * w + 1] = odd[w];
                return;
            }
            for (int64_t j = 0; j < factor; ++j)
                for (int64_t w = 0; w < width; ++w) pixels[w * factor + j] = in[j * height * width + w];
        });
    });
    return out;
}

/// [*, C, H r, W r] → [*, C r², H, W].
Tensor pixel_unshuffle(const Tensor& self, int64_t factor) {
    WICK_CHECK(self.dim() >= 3,
               "pixel_unshuffle expects input to have at least 3 dimensions, but got input with {} dimension(s)",
               self.dim());
    WICK_CHECK(factor > 0 && factor < (int64_t{1} << 31),
               "pixel_unshuffle expects a positive downscale_factor, but got {}", factor);
    const int64_t channels = self.size(-3), height = self.size(-2), width = self.size(-1);
    WICK_CHECK(height % factor == 0,
               "pixel_unshuffle expects height to be divisible by downscale_factor, but input.size(-2)={} is not "
               "divisible by {}",
               height, factor);
    WICK_CHECK(width % factor == 0,
               "pixel_unshuffle expects width to be divisible by downscale_factor, but input.size(-1)={} is not "
               "divisible by {}",
               width, factor);
    const int64_t planes = channels * height * width == 0 ? 0 : self.numel() / (channels * height * width);
    DimVector sizes(self.sizes().slice(0, self.sizes().size() - 3));
    for (int64_t size : {channels * factor * factor, height / factor, width / factor}) sizes.push_back(size);
    const Tensor x = contiguous(self), out = empty(sizes, self.dtype());
    with_element_of_size(self.itemsize(), [&]<class E>() {
        const E* from = static_cast<const E*>(x.data_ptr());
        E* to = static_cast<E*>(out.mutable_data_ptr());
        const int64_t rows = height / factor, columns = width / factor;
        for_each_shuffled_row(planes * channels, factor, rows, columns, [&](int64_t plane, int64_t row) {
            const E* __restrict__ pixels = from + row;
            E* __restrict__ apart = to + plane;
            for (int64_t j = 0; j < factor; ++j)
                for (int64_t w = 0; w < columns; ++w) apart[j * rows * columns + w] = pixels[w * factor + j];
        });
    });
    return out;
}

/// Channels [groups, C / groups] transposed.
Tensor channel_shuffle(const Tensor& self, int64_t groups) {
    WICK_CHECK(self.dim() > 2, "channel_shuffle expects input with > 2 dims, but got input with sizes {}",
               format_sizes(self.sizes()));
    WICK_CHECK(groups > 0, "Number of groups to divide channels in must be positive. Value of groups:{}", groups);
    const int64_t channels = self.size(1);
    WICK_CHECK(channels % groups == 0, "Number of channels must be divisible by groups. Got {} channels and {} groups.",
               channels, groups);
    const int64_t inner = self.size(0) * channels == 0 ? 0 : self.numel() / (self.size(0) * channels);
    const Tensor split_channels = reshape(self, {self.size(0), groups, channels / groups, inner});
    return reshape(contiguous(transpose(split_channels, 1, 2)), self.sizes());
}

}  // namespace

void register_nn_fold(Registry& ops) {
    ops.add("aten::im2col(Tensor self, int[2] kernel_size, int[2] dilation, int[2] padding, int[2] stride) -> Tensor")
        .kernel(&im2col)
        .out()
        .derivative("self", "torch.col2im(grad, self.size()[-2:], kernel_size, dilation, padding, stride)");
    ops.add(
           "aten::col2im(Tensor self, SymInt[2] output_size, int[2] kernel_size, int[2] dilation, int[2] padding, "
           "int[2] stride) -> Tensor")
        .kernel(&col2im)
        .out()
        .derivative("self", "torch.im2col(grad, kernel_size, dilation, padding, stride)");
    ops.add("aten::pixel_shuffle(Tensor self, int upscale_factor) -> Tensor")
        .kernel(&pixel_shuffle)
        .out()
        .derivative("self", "torch.pixel_unshuffle(grad, upscale_factor)");
    ops.add("aten::pixel_unshuffle(Tensor self, int downscale_factor) -> Tensor")
        .kernel(&pixel_unshuffle)
        .out()
        .derivative("self", "torch.pixel_shuffle(grad, downscale_factor)");
    ops.add("aten::channel_shuffle(Tensor self, SymInt groups) -> Tensor")
        .kernel(&channel_shuffle)
        .out()
        .derivative("self", "torch.channel_shuffle(grad, self.size(1) // groups)");
    ops.add("aten::native_channel_shuffle(Tensor self, SymInt groups) -> Tensor")
        .kernel(&channel_shuffle)
        .derivative("self", "torch.channel_shuffle(grad, self.size(1) // groups)");
}

}  // namespace wick::jit
