// torchvision::deform_conv2d: convolution whose taps are moved by learned offsets (Dai et al., 2017) and weighted by a
// mask (Zhu et al., 2018).
#include <algorithm>
#include <cmath>

#include <wick/support/parallel.h>

#include "ops/families.h"
#include "ops/linalg_product.h"
#include "ops/nn_common.h"
#include "ops/registry.h"

namespace wick::jit {

using namespace ops;

namespace {

/// Bilinear interpolation; positions outside the map, and neighbours outside it, count as zero.
template <class T>
T interpolate(const T* plane, int64_t height, int64_t width, T y, T x) {
    if (!(y > T(-1) && y < static_cast<T>(height) && x > T(-1) && x < static_cast<T>(width))) return T(0);
    const int64_t y0 = static_cast<int64_t>(std::floor(y)), x0 = static_cast<int64_t>(std::floor(x));
    const T fy = y - static_cast<T>(y0), fx = x - static_cast<T>(x0);
    const auto at = [&](int64_t i, int64_t j) {
        return i >= 0 && i < height && j >= 0 && j < width ? plane[i * width + j] : T(0);
    };
    return (1 - fy) * ((1 - fx) * at(y0, x0) + fx * at(y0, x0 + 1)) +
           fy * ((1 - fx) * at(y0 + 1, x0) + fx * at(y0 + 1, x0 + 1));
}

struct DeformShape {
    int64_t batch, channels, height, width;
    int64_t kernel_height, kernel_width, out_height, out_width;
    int64_t stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w;
    int64_t offset_groups;
};

/// The taps of one image as columns[channels * kernel positions, output positions].
template <class T>
void gather_taps(const DeformShape& s, const T* image, const T* offset, const T* mask, T* columns) {
    const int64_t taps = s.kernel_height * s.kernel_width, pixels = s.out_height * s.out_width;
    const int64_t per_group = s.channels / s.offset_groups;
    parallel_for(0, s.channels, std::max<int64_t>(1, 4096 / (taps * pixels + 1)), [&](int64_t begin, int64_t end) {
        for (int64_t c = begin; c < end; ++c) {
            const T* plane = image + c * s.height * s.width;
            const int64_t group = c / per_group;
            for (int64_t tap = 0; tap < taps; ++tap) {
                const int64_t i = tap / s.kernel_width, j = tap % s.kernel_width;
                const T* dy = offset + (group * taps + tap) * 2 * pixels;
                const T* dx = dy + pixels;
                const T* weight = mask ? mask + (group * taps + tap) * pixels : nullptr;
                T* to = columns + (c * taps + tap) * pixels;
                for (int64_t p = 0; p < pixels; ++p) {
                    const T y = static_cast<T>(p / s.out_width * s.stride_h - s.pad_h + i * s.dilation_h) + dy[p];
                    const T x = static_cast<T>(p % s.out_width * s.stride_w - s.pad_w + j * s.dilation_w) + dx[p];
                    const T value = interpolate(plane, s.height, s.width, y, x);
                    to[p] = weight ? weight[p] * value : value;
                }
            }
        }
    });
}

Tensor deform_conv2d(const Tensor& input, const Tensor& weight, const Tensor& offset, const Tensor& mask,
                     const Tensor& bias, int64_t stride_h, int64_t stride_w, int64_t pad_h, int64_t pad_w,
                     int64_t dilation_h, int64_t dilation_w, int64_t groups, int64_t offset_groups, bool use_mask) {
    WICK_CHECK(input.dim() == 4 && offset.dim() == 4 && weight.dim() == 4 && (!use_mask || mask.dim() == 4),
               "deform_conv2d: input, weight, offset and mask must have 4 dimensions");
    constexpr int64_t kLimit = int64_t{1} << 31;
    for (int64_t value : {stride_h, stride_w, dilation_h, dilation_w})
        WICK_CHECK(value > 0 && value < kLimit, "deform_conv2d: stride and dilation must be positive, got {}", value);
    for (int64_t value : {pad_h, pad_w})
        WICK_CHECK(value >= 0 && value < kLimit, "deform_conv2d: padding must not be negative, got {}", value);
    WICK_CHECK(groups > 0 && offset_groups > 0, "deform_conv2d: groups must be positive");
    DeformShape s{
        input.size(0), input.size(1), input.size(2), input.size(3), weight.size(2), weight.size(3), 0, 0, stride_h,
        stride_w,      pad_h,         pad_w,         dilation_h,    dilation_w,     offset_groups};
    WICK_CHECK(weight.size(1) * groups == s.channels,
               "deform_conv2d: weight {} with {} groups does not fit {} input channels", format_sizes(weight.sizes()),
               groups, s.channels);
    WICK_CHECK(weight.size(0) % groups == 0, "deform_conv2d: {} output channels are no multiple of {} groups",
               weight.size(0), groups);
    WICK_CHECK(s.channels % offset_groups == 0, "deform_conv2d: {} input channels are no multiple of {} offset groups",
               s.channels, offset_groups);
    s.out_height = (s.height + 2 * pad_h - (dilation_h * (s.kernel_height - 1) + 1)) / stride_h + 1;
    s.out_width = (s.width + 2 * pad_w - (dilation_w * (s.kernel_width - 1) + 1)) / stride_w + 1;
    WICK_CHECK(s.out_height > 0 && s.out_width > 0, "Calculated output size too small - out_h: {} out_w: {}",
               s.out_height, s.out_width);
    const int64_t taps = s.kernel_height * s.kernel_width, pixels = s.out_height * s.out_width,
                  out_channels = weight.size(0);
    WICK_CHECK((offset.sizes() == IntArrayRef{s.batch, offset_groups * 2 * taps, s.out_height, s.out_width}),
               "deform_conv2d: expected offset of size {}, got {}",
               format_sizes(IntArrayRef{s.batch, offset_groups * 2 * taps, s.out_height, s.out_width}),
               format_sizes(offset.sizes()));
    WICK_CHECK((!use_mask || mask.sizes() == IntArrayRef{s.batch, offset_groups * taps, s.out_height, s.out_width}),
               "deform_conv2d: expected mask of size {}, got {}",
               format_sizes(IntArrayRef{s.batch, offset_groups * taps, s.out_height, s.out_width}),
               format_sizes(mask.sizes()));
    WICK_CHECK(bias.numel() == out_channels, "deform_conv2d: expected bias of {} elements, got {}", out_channels,
               bias.numel());
    const Tensor x = compute_input(input), w = compute_input(weight, x.dtype()), o = compute_input(offset, x.dtype());
    const Tensor m = use_mask ? compute_input(mask, x.dtype()) : Tensor(), b = compute_input(bias, x.dtype());
    const Tensor out = empty({s.batch, out_channels, s.out_height, s.out_width}, x.dtype());
    const Tensor columns = empty({s.channels * taps, pixels}, x.dtype());
    const int64_t rows = out_channels / groups, depth = s.channels / groups * taps;
    dispatch_float(x.dtype(), "deform_conv2d", [&]<class T>() {
        T* to = out.mutable_data<T>();
        T* gathered = columns.mutable_data<T>();
        for (int64_t n = 0; n < s.batch; ++n) {
            gather_taps<T>(s, x.data<T>() + n * s.channels * s.height * s.width,
                           o.data<T>() + n * offset_groups * 2 * taps * pixels,
                           use_mask ? m.data<T>() + n * offset_groups * taps * pixels : nullptr, gathered);
            for (int64_t g = 0; g < groups; ++g) {
                kernels::Epilogue<T> epilogue;
                epilogue.bias_row = b.data<T>() + g * rows;
                kernels::gemm<T>(rows, pixels, depth, T(1), {w.data<T>() + g * rows * depth, depth, 1},
                                 {gathered + g * depth * pixels, pixels, 1}, T(0),
                                 to + (n * out_channels + g * rows) * pixels, pixels, epilogue);
            }
        }
    });
    return to_dtype(out, input.dtype());
}

}  // namespace

void register_vision_deform(Registry& ops) {
    ops.add(
           "torchvision::deform_conv2d(Tensor input, Tensor weight, Tensor offset, Tensor mask, Tensor bias, int "
           "stride_h, int "
           "stride_w, int pad_h, int pad_w, int dilation_h, int dilation_w, int groups, int offset_groups, bool "
           "use_mask) -> Tensor")
        .kernel(&deform_conv2d);
}

}  // namespace wick::jit
