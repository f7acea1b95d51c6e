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

/// The gradient of interpolate: `grad` times the neighbours' weights is added to the plane `to`, and times the slopes
/// to dy and dx. Returns the interpolated value.
template <class T>
T interpolate_backward(const T* plane, int64_t height, int64_t width, T y, T x, T grad, T* to, T& dy, T& dx) {
    if (!(y > T(-1) && y < static_cast<T>(height) && x > T(-1) && x < static_cast<T>(width))) return T(0);
    const int64_t y0 = static_cast<int64_t>(std::floor(y)), x0 = static_cast<int64_t>(std::floor(x));
    const T fy = y - static_cast<T>(y0), fx = x - static_cast<T>(x0);
    T value = 0;
    for (int corner = 0; corner < 4; ++corner) {
        const bool lower = corner / 2 == 1, right = corner % 2 == 1;
        const int64_t i = y0 + lower, j = x0 + right;
        if (i < 0 || i >= height || j < 0 || j >= width) continue;
        const T wy = lower ? fy : 1 - fy, wx = right ? fx : 1 - fx, at = plane[i * width + j];
        to[i * width + j] += grad * wy * wx;
        dy += grad * (lower ? wx : -wx) * at;
        dx += grad * (right ? wy : -wy) * at;
        value += wy * wx * at;
    }
    return value;
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

/// Gradients of the taps of one image, dcolumns, are handed to the image, the offsets and the mask (which may be null).
template <class T>
void spread_taps(const DeformShape& s, const T* image, const T* offset, const T* mask, const T* dcolumns, T* dimage,
                 T* doffset, T* dmask) {
    const int64_t taps = s.kernel_height * s.kernel_width, pixels = s.out_height * s.out_width;
    const int64_t per_group = s.channels / s.offset_groups;
    parallel_for(0, s.offset_groups, 1, [&](int64_t begin, int64_t end) {
        for (int64_t c = begin * per_group; c < end * per_group; ++c) {
            const T* plane = image + c * s.height * s.width;
            for (int64_t tap = 0; tap < taps; ++tap) {
                const int64_t i = tap / s.kernel_width, j = tap % s.kernel_width, at = c / per_group * taps + tap;
                const T *dy = offset + at * 2 * pixels, *dx = dy + pixels;
                T *to_y = doffset + at * 2 * pixels, *to_x = to_y + pixels;
                const T* weight = mask ? mask + at * pixels : nullptr;
                const T* grad = dcolumns + (c * taps + tap) * pixels;
                for (int64_t p = 0; p < pixels; ++p) {
                    const T y = static_cast<T>(p / s.out_width * s.stride_h - s.pad_h + i * s.dilation_h) + dy[p];
                    const T x = static_cast<T>(p % s.out_width * s.stride_w - s.pad_w + j * s.dilation_w) + dx[p];
                    const T value =
                        interpolate_backward(plane, s.height, s.width, y, x, weight ? weight[p] * grad[p] : grad[p],
                                             dimage + c * s.height * s.width, to_y[p], to_x[p]);
                    if (weight) dmask[at * pixels + p] += value * grad[p];
                }
            }
        }
    });
}

/// Checks everything and fills the description.
DeformShape deform_shape(const Tensor& input, const Tensor& weight, const Tensor& offset, const Tensor& mask,
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
    const int64_t taps = s.kernel_height * s.kernel_width;
    WICK_CHECK((offset.sizes() == IntArrayRef{s.batch, offset_groups * 2 * taps, s.out_height, s.out_width}),
               "deform_conv2d: expected offset of size {}, got {}",
               format_sizes(IntArrayRef{s.batch, offset_groups * 2 * taps, s.out_height, s.out_width}),
               format_sizes(offset.sizes()));
    WICK_CHECK((!use_mask || mask.sizes() == IntArrayRef{s.batch, offset_groups * taps, s.out_height, s.out_width}),
               "deform_conv2d: expected mask of size {}, got {}",
               format_sizes(IntArrayRef{s.batch, offset_groups * taps, s.out_height, s.out_width}),
               format_sizes(mask.sizes()));
    WICK_CHECK(bias.numel() == weight.size(0), "deform_conv2d: expected bias of {} elements, got {}", weight.size(0),
               bias.numel());
    return s;
}

Tensor deform_conv2d(const Tensor& input, const Tensor& weight, const Tensor& offset, const Tensor& mask,
                     const Tensor& bias, int64_t stride_h, int64_t stride_w, int64_t pad_h, int64_t pad_w,
                     int64_t dilation_h, int64_t dilation_w, int64_t groups, int64_t offset_groups, bool use_mask) {
    const DeformShape s = deform_shape(input, weight, offset, mask, bias, stride_h, stride_w, pad_h, pad_w, dilation_h,
                                       dilation_w, groups, offset_groups, use_mask);
    const int64_t taps = s.kernel_height * s.kernel_width, pixels = s.out_height * s.out_width,
                  out_channels = weight.size(0);
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

using Five = std::tuple<Tensor, Tensor, Tensor, Tensor, Tensor>;

Five deform_conv2d_backward(const Tensor& grad, const Tensor& input, const Tensor& weight, const Tensor& offset,
                            const Tensor& mask, const Tensor& bias, int64_t stride_h, int64_t stride_w, int64_t pad_h,
                            int64_t pad_w, int64_t dilation_h, int64_t dilation_w, int64_t groups,
                            int64_t offset_groups, bool use_mask) {
    const DeformShape s = deform_shape(input, weight, offset, mask, bias, stride_h, stride_w, pad_h, pad_w, dilation_h,
                                       dilation_w, groups, offset_groups, use_mask);
    const int64_t taps = s.kernel_height * s.kernel_width, pixels = s.out_height * s.out_width,
                  out_channels = weight.size(0), image = s.channels * s.height * s.width;
    const Tensor x = compute_input(input), w = compute_input(weight, x.dtype()), o = compute_input(offset, x.dtype());
    const Tensor m = use_mask ? compute_input(mask, x.dtype()) : Tensor(), dy = compute_input(grad, x.dtype());
    WICK_CHECK(dy.numel() == s.batch * out_channels * pixels,
               "deform_conv2d_backward: a gradient of size {} does not fit", format_sizes(dy.sizes()));
    const Tensor dx = zeros(x.sizes(), x.dtype()), dw = zeros(w.sizes(), x.dtype()), d_o = zeros(o.sizes(), x.dtype()),
                 dm = zeros(mask.sizes(), x.dtype());
    const Tensor columns = empty({s.channels * taps, pixels}, x.dtype()), dcolumns = empty_like(columns);
    const int64_t rows = out_channels / groups, depth = s.channels / groups * taps;
    dispatch_float(x.dtype(), "deform_conv2d_backward", [&]<class T>() {
        T *gathered = columns.mutable_data<T>(), *back = dcolumns.mutable_data<T>();
        for (int64_t n = 0; n < s.batch; ++n) {
            const T* from = x.data<T>() + n * image;
            const int64_t at_offset = n * offset_groups * 2 * taps * pixels, at_mask = at_offset / 2;
            const T* weights = use_mask ? m.data<T>() + at_mask : nullptr;
            gather_taps<T>(s, from, o.data<T>() + at_offset, weights, gathered);
            for (int64_t g = 0; g < groups; ++g) {
                const T* out = dy.data<T>() + (n * out_channels + g * rows) * pixels;
                const T* kernel = w.data<T>() + g * rows * depth;
                kernels::gemm<T>(rows, depth, pixels, T(1), {out, pixels, 1},
                                 {gathered + g * depth * pixels, 1, pixels}, T(1),
                                 dw.mutable_data<T>() + g * rows * depth, depth);
                kernels::gemm<T>(depth, pixels, rows, T(1), {kernel, 1, depth}, {out, pixels, 1}, T(0),
                                 back + g * depth * pixels, pixels);
            }
            spread_taps<T>(s, from, o.data<T>() + at_offset, weights, back, dx.mutable_data<T>() + n * image,
                           d_o.mutable_data<T>() + at_offset, use_mask ? dm.mutable_data<T>() + at_mask : nullptr);
        }
    });
    return {to_dtype(dx, input.dtype()), to_dtype(dw, weight.dtype()), to_dtype(d_o, offset.dtype()),
            to_dtype(dm, mask.dtype()), to_dtype(sum(dy, DimVector{0, 2, 3}), bias.dtype())};
}

}  // namespace

void register_vision_deform(Registry& ops) {
    ops.add(
           "torchvision::deform_conv2d(Tensor input, Tensor weight, Tensor offset, Tensor mask, Tensor bias, int "
           "stride_h, int stride_w, int pad_h, int pad_w, int dilation_h, int dilation_w, int groups, int "
           "offset_groups, bool use_mask) -> Tensor")
        .kernel(&deform_conv2d)
        .derivative("input, weight, offset, mask, bias",
                    "ops.torchvision._deform_conv2d_backward(grad, input, weight, offset, mask, bias, stride_h, "
                    "stride_w, pad_h, pad_w, dilation_h, dilation_w, groups, offset_groups, use_mask)");
    ops.add(
           "torchvision::_deform_conv2d_backward(Tensor grad, Tensor input, Tensor weight, Tensor offset, Tensor mask, "
           "Tensor bias, int stride_h, int stride_w, int pad_h, int pad_w, int dilation_h, int dilation_w, int groups, "
           "int offset_groups, bool use_mask) -> (Tensor, Tensor, Tensor, Tensor, Tensor)")
        .kernel(&deform_conv2d_backward);
}

}  // namespace wick::jit
