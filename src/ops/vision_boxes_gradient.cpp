// Gradients of pooling regions of interest. Every output element is a weighted sum of elements of one channel (or one
// of them), to which its gradient goes back; each thread has channels of its own.
#include <wick/support/parallel.h>

#include "ops/registry.h"
#include "ops/vision_regions.h"

namespace wick::jit {

using namespace ops;

namespace {

/// What the four operators share: the gradient, the regions and the gradient of the input that is being made.
struct Spreading {
    Spreading(const Tensor& grad, const Tensor& rois, int64_t pooled_height, int64_t pooled_width,
              IntArrayRef input_size, std::string_view op)
        : dy(compute_input(grad)),
          dx(zeros(input_size, dy.dtype())),
          regions(dx, to_dtype(rois, dy.dtype()), pooled_height, pooled_width, op),
          cells(pooled_height * pooled_width),
          plane(regions.in_height * regions.in_width) {
        WICK_CHECK(dy.dim() == 4 && dy.size(0) == regions.count && dy.size(2) * dy.size(3) == cells,
                   "{}: a gradient of size {} does not fit {} regions", op, format_sizes(dy.sizes()), regions.count);
    }
    /// f(region, its row, the image's number) for all regions.
    template <class T, class F>
    void for_regions(F&& f) const {
        for (int64_t n = 0; n < regions.count; ++n) {
            int64_t image;
            const T* roi = regions.roi<T>(n, image);
            f(n, roi, image);
        }
    }
    template <class T>
    T* channel(int64_t image, int64_t c) const {
        WICK_CHECK(c >= 0 && c < regions.channels, "channel {} is out of range", c);
        return dx.mutable_data<T>() + (image * regions.channels + c) * plane;
    }
    Tensor dy, dx;
    Regions regions;
    int64_t cells, plane;
};

template <class T>
void spread(const std::vector<Sample<T>>& points, size_t first, size_t last, T share, T* to) {
    for (size_t i = first; i < last; ++i)
        for (int k = 0; k < 4; ++k) to[points[i].at[k]] += share * points[i].weight[k];
}

Tensor roi_align_backward(const Tensor& grad, const Tensor& rois, double spatial_scale, int64_t pooled_height,
                          int64_t pooled_width, int64_t batch, int64_t channels, int64_t height, int64_t width,
                          int64_t sampling_ratio, bool aligned) {
    const Spreading s(grad, rois, pooled_height, pooled_width, {batch, channels, height, width}, "roi_align_backward");
    WICK_CHECK(s.dy.size(1) == channels, "roi_align_backward: a gradient of size {} has not {} channels",
               format_sizes(s.dy.sizes()), channels);
    dispatch_float(s.dy.dtype(), "roi_align_backward", [&]<class T>() {
        std::vector<Sample<T>> points;
        s.for_regions<T>([&](int64_t n, const T* roi, int64_t image) {
            const AlignGrid<T> grid(roi, s.regions, spatial_scale, sampling_ratio, aligned, !aligned);
            const auto per_cell = static_cast<size_t>(grid.rows * grid.columns);
            if (per_cell == 0) return;
            points.clear();
            for (int64_t cell = 0; cell < s.cells; ++cell)
                grid.sample(cell / pooled_width, cell % pooled_width, height, width, points);
            const T* dy = s.dy.data<T>() + n * channels * s.cells;
            parallel_for(0, channels, 16, [&](int64_t begin, int64_t end) {
                for (int64_t c = begin; c < end; ++c)
                    for (int64_t cell = 0; cell < s.cells; ++cell)
                        spread(points, static_cast<size_t>(cell) * per_cell, static_cast<size_t>(cell + 1) * per_cell,
                               dy[c * s.cells + cell] / static_cast<T>(per_cell), s.channel<T>(image, c));
            });
        });
    });
    return to_dtype(s.dx, grad.dtype());
}

/// Position-sensitive forms: element (n, c, cell) came from the channel that `mapping` names.
Tensor ps_roi_align_backward(const Tensor& grad, const Tensor& rois, const Tensor& mapping, double spatial_scale,
                             int64_t pooled_height, int64_t pooled_width, int64_t sampling_ratio, int64_t batch,
                             int64_t channels, int64_t height, int64_t width) {
    const Spreading s(grad, rois, pooled_height, pooled_width, {batch, channels, height, width},
                      "ps_roi_align_backward");
    const Tensor map = contiguous(mapping);
    dispatch_float(s.dy.dtype(), "ps_roi_align_backward", [&]<class T>() {
        std::vector<Sample<T>> points;
        s.for_regions<T>([&](int64_t n, const T* roi, int64_t image) {
            const AlignGrid<T> grid(roi, s.regions, spatial_scale, sampling_ratio, true, false);
            for (int64_t cell = 0; cell < s.cells; ++cell) {
                points.clear();
                grid.sample(cell / pooled_width, cell % pooled_width, height, width, points);
                for (int64_t c = 0; c < s.dy.size(1); ++c) {
                    const int64_t at = (n * s.dy.size(1) + c) * s.cells + cell;
                    spread(points, 0, points.size(), s.dy.data<T>()[at] / static_cast<T>(points.size()),
                           s.channel<T>(image, map.data<int32_t>()[at]));
                }
            }
        });
    });
    return to_dtype(s.dx, grad.dtype());
}

Tensor roi_pool_backward(const Tensor& grad, const Tensor& rois, const Tensor& argmax, double, int64_t pooled_height,
                         int64_t pooled_width, int64_t batch, int64_t channels, int64_t height, int64_t width) {
    const Spreading s(grad, rois, pooled_height, pooled_width, {batch, channels, height, width}, "roi_pool_backward");
    const Tensor best = contiguous(argmax);
    dispatch_float(s.dy.dtype(), "roi_pool_backward", [&]<class T>() {
        s.for_regions<T>([&](int64_t n, const T*, int64_t image) {
            for (int64_t c = 0; c < s.dy.size(1); ++c) {
                T* to = s.channel<T>(image, c);
                for (int64_t at = (n * s.dy.size(1) + c) * s.cells, end = at + s.cells; at < end; ++at) {
                    const int32_t from = best.data<int32_t>()[at];
                    WICK_CHECK(from < s.plane, "roi_pool_backward: element {} is out of range", from);
                    if (from >= 0) to[from] += s.dy.data<T>()[at];
                }
            }
        });
    });
    return to_dtype(s.dx, grad.dtype());
}

Tensor ps_roi_pool_backward(const Tensor& grad, const Tensor& rois, const Tensor& mapping, double spatial_scale,
                            int64_t pooled_height, int64_t pooled_width, int64_t batch, int64_t channels,
                            int64_t height, int64_t width) {
    const Spreading s(grad, rois, pooled_height, pooled_width, {batch, channels, height, width},
                      "ps_roi_pool_backward");
    const Tensor map = contiguous(mapping);
    dispatch_float(s.dy.dtype(), "ps_roi_pool_backward", [&]<class T>() {
        s.for_regions<T>([&](int64_t n, const T* roi, int64_t image) {
            const PoolRegion<T> region(roi, static_cast<T>(spatial_scale), T(0));
            for (int64_t cell = 0; cell < s.cells; ++cell) {
                const auto [h0, h1] = cell_range(cell / pooled_width, region.height / static_cast<T>(pooled_height),
                                                 region.y, height - 1);
                const auto [w0, w1] =
                    cell_range(cell % pooled_width, region.width / static_cast<T>(pooled_width), region.x, width - 1);
                if (h1 <= h0 || w1 <= w0) continue;
                for (int64_t c = 0; c < s.dy.size(1); ++c) {
                    const int64_t at = (n * s.dy.size(1) + c) * s.cells + cell;
                    T* to = s.channel<T>(image, map.data<int32_t>()[at]);
                    const T share = s.dy.data<T>()[at] / static_cast<T>((h1 - h0) * (w1 - w0));
                    for (int64_t h = h0; h < h1; ++h)
                        for (int64_t w = w0; w < w1; ++w) to[h * width + w] += share;
                }
            }
        });
    });
    return to_dtype(s.dx, grad.dtype());
}

}  // namespace

void register_vision_boxes_gradient(Registry& ops) {
    ops.add(
           "torchvision::_roi_align_backward(Tensor grad, Tensor rois, float spatial_scale, int pooled_height, int "
           "pooled_width, int batch_size, int channels, int height, int width, int sampling_ratio, bool aligned) -> "
           "Tensor")
        .kernel(&roi_align_backward);
    ops.add(
           "torchvision::_ps_roi_align_backward(Tensor grad, Tensor rois, Tensor channel_mapping, float spatial_scale, "
           "int pooled_height, int pooled_width, int sampling_ratio, int batch_size, int channels, int height, int "
           "width) -> Tensor")
        .kernel(&ps_roi_align_backward);
    ops.add(
           "torchvision::_roi_pool_backward(Tensor grad, Tensor rois, Tensor argmax, float spatial_scale, int "
           "pooled_height, int pooled_width, int batch_size, int channels, int height, int width) -> Tensor")
        .kernel(&roi_pool_backward);
    ops.add(
           "torchvision::_ps_roi_pool_backward(Tensor grad, Tensor rois, Tensor channel_mapping, float spatial_scale, "
           "int pooled_height, int pooled_width, int batch_size, int channels, int height, int width) -> Tensor")
        .kernel(&ps_roi_pool_backward);
}

}  // namespace wick::jit
