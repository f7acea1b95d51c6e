// torchvision's operators on boxes (x1, y1, x2, y2): non-maximum suppression and pooling of regions of interest.
// Formulas: torchvision.ops documentation; Mask R-CNN (He et al., 2017) for roi_align, R-FCN (Dai et al., 2016) for the
// position-sensitive forms.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <wick/support/parallel.h>

#include "ops/families.h"
#include "ops/nn_common.h"
#include "ops/registry.h"
#include "ops/vision_regions.h"

namespace wick::jit {

using namespace ops;

namespace {

using Pair = std::tuple<Tensor, Tensor>;

/// Indices of the boxes that are kept, by falling score: a box goes when it overlaps a better one by more than the
/// threshold.
Tensor nms(const Tensor& dets, const Tensor& scores, double iou_threshold) {
    WICK_CHECK(dets.dim() == 2, "boxes should be a 2d tensor, got {}D", dets.dim());
    WICK_CHECK(dets.size(1) == 4, "boxes should have 4 elements in dimension 1, got {}", dets.size(1));
    WICK_CHECK(scores.dim() == 1, "scores should be a 1d tensor, got {}D", scores.dim());
    WICK_CHECK(dets.size(0) == scores.size(0),
               "boxes and scores should have same number of elements in dimension 0, got {} and {}", dets.size(0),
               scores.size(0));
    WICK_CHECK(dets.dtype() == scores.dtype(), "dets should have the same type as scores");
    const Tensor boxes = compute_input(dets), values = compute_input(scores);
    const int64_t count = dets.size(0);
    std::vector<int64_t> order(static_cast<size_t>(count)), kept;
    std::iota(order.begin(), order.end(), 0);
    dispatch_float(boxes.dtype(), "nms", [&]<class T>() {
        const T* s = values.data<T>();
        // NaNs count as largest, as in a descending sort.
        std::stable_sort(order.begin(), order.end(),
                         [s](int64_t a, int64_t b) { return s[a] > s[b] || (s[a] != s[a] && s[b] == s[b]); });
        // Coordinates in that order, so that the inner loop runs along memory.
        std::vector<T> x1(order.size()), y1(x1), x2(x1), y2(x1), area(x1);
        for (size_t i = 0; i < order.size(); ++i) {
            const T* b = boxes.data<T>() + order[i] * 4;
            x1[i] = b[0], y1[i] = b[1], x2[i] = b[2], y2[i] = b[3];
            area[i] = (b[2] - b[0]) * (b[3] - b[1]);
        }
        std::vector<uint8_t> gone(order.size(), 0);
        const T threshold = static_cast<T>(iou_threshold);
        for (size_t i = 0; i < order.size(); ++i) {
            if (gone[i]) continue;
            kept.push_back(order[i]);
            for (size_t j = i + 1; j < order.size(); ++j) {
                const T width = std::max(T(0), std::min(x2[i], x2[j]) - std::max(x1[i], x1[j]));
                const T height = std::max(T(0), std::min(y2[i], y2[j]) - std::max(y1[i], y1[j]));
                const T inter = width * height;
                gone[j] |= inter / (area[i] + area[j] - inter) > threshold;
            }
        }
    });
    return int_tensor(kept);
}

Tensor roi_align(const Tensor& input, const Tensor& rois, double spatial_scale, int64_t pooled_height,
                 int64_t pooled_width, int64_t sampling_ratio, bool aligned) {
    const Regions r(input, rois, pooled_height, pooled_width, "roi_align");
    const Tensor out = empty({r.count, r.channels, pooled_height, pooled_width}, r.input.dtype());
    if (out.numel() == 0) return to_dtype(out, input.dtype());
    dispatch_float(r.input.dtype(), "roi_align", [&]<class T>() {
        T* to = out.mutable_data<T>();
        const int64_t plane = r.in_height * r.in_width, cells = pooled_height * pooled_width;
        parallel_for(0, r.count, 1, [&](int64_t begin, int64_t end) {
            std::vector<Sample<T>> points;
            for (int64_t n = begin; n < end; ++n) {
                int64_t image;
                const T* roi = r.roi<T>(n, image);
                const AlignGrid<T> grid(roi, r, spatial_scale, sampling_ratio, aligned, !aligned);
                const int64_t per_cell = grid.rows * grid.columns;
                const T count = static_cast<T>(std::max<int64_t>(per_cell, 1));
                points.clear();
                for (int64_t ph = 0; ph < pooled_height; ++ph)
                    for (int64_t pw = 0; pw < pooled_width; ++pw) grid.sample(ph, pw, r.in_height, r.in_width, points);
                for (int64_t c = 0; c < r.channels; ++c) {
                    const T* from = r.input.data<T>() + (image * r.channels + c) * plane;
                    for (int64_t cell = 0; cell < cells; ++cell) {
                        T sum = 0;
                        for (int64_t i = cell * per_cell; i < (cell + 1) * per_cell; ++i) sum += points[i].of(from);
                        to[(n * r.channels + c) * cells + cell] = sum / count;
                    }
                }
            }
        });
    });
    return to_dtype(out, input.dtype());
}

Pair ps_roi_align(const Tensor& input, const Tensor& rois, double spatial_scale, int64_t pooled_height,
                  int64_t pooled_width, int64_t sampling_ratio) {
    const Regions r(input, rois, pooled_height, pooled_width, "ps_roi_align");
    const int64_t out_channels = r.channels_per_cell("ps_roi_align"), cells = pooled_height * pooled_width;
    const Tensor out = empty({r.count, out_channels, pooled_height, pooled_width}, r.input.dtype());
    const Tensor mapping = empty(out.sizes(), DType::int32);
    if (out.numel() == 0) return {to_dtype(out, input.dtype()), mapping};
    dispatch_float(r.input.dtype(), "ps_roi_align", [&]<class T>() {
        T* to = out.mutable_data<T>();
        int32_t* channel_of = mapping.mutable_data<int32_t>();
        const int64_t plane = r.in_height * r.in_width;
        parallel_for(0, r.count, 1, [&](int64_t begin, int64_t end) {
            std::vector<Sample<T>> points;
            for (int64_t n = begin; n < end; ++n) {
                int64_t image;
                const T* roi = r.roi<T>(n, image);
                const AlignGrid<T> grid(roi, r, spatial_scale, sampling_ratio, true, false);
                for (int64_t cell = 0; cell < cells; ++cell) {
                    points.clear();
                    grid.sample(cell / pooled_width, cell % pooled_width, r.in_height, r.in_width, points);
                    for (int64_t c = 0; c < out_channels; ++c) {
                        const int64_t channel = c * cells + cell, at = (n * out_channels + c) * cells + cell;
                        const T* from = r.input.data<T>() + (image * r.channels + channel) * plane;
                        T sum = 0;
                        for (const Sample<T>& point : points) sum += point.of(from);
                        to[at] = points.empty() ? T(0) : sum / static_cast<T>(points.size());
                        channel_of[at] = static_cast<int32_t>(channel);
                    }
                }
            }
        });
    });
    return {to_dtype(out, input.dtype()), mapping};
}

Pair roi_pool(const Tensor& input, const Tensor& rois, double spatial_scale, int64_t pooled_height,
              int64_t pooled_width) {
    const Regions r(input, rois, pooled_height, pooled_width, "roi_pool");
    const Tensor out = empty({r.count, r.channels, pooled_height, pooled_width}, r.input.dtype());
    const Tensor argmax = empty(out.sizes(), DType::int32);
    if (out.numel() == 0) return {to_dtype(out, input.dtype()), argmax};
    dispatch_float(r.input.dtype(), "roi_pool", [&]<class T>() {
        T* to = out.mutable_data<T>();
        int32_t* best_at = argmax.mutable_data<int32_t>();
        const int64_t plane = r.in_height * r.in_width, cells = pooled_height * pooled_width;
        parallel_for(0, r.count, 1, [&](int64_t begin, int64_t end) {
            for (int64_t n = begin; n < end; ++n) {
                int64_t image;
                const T* roi = r.roi<T>(n, image);
                const PoolRegion<T> region(roi, static_cast<T>(spatial_scale), T(1));
                for (int64_t c = 0; c < r.channels; ++c) {
                    const T* from = r.input.data<T>() + (image * r.channels + c) * plane;
                    for (int64_t cell = 0; cell < cells; ++cell) {
                        const auto [h0, h1] = cell_range(
                            cell / pooled_width, region.height / static_cast<T>(pooled_height), region.y, r.in_height);
                        const auto [w0, w1] = cell_range(
                            cell % pooled_width, region.width / static_cast<T>(pooled_width), region.x, r.in_width);
                        const bool nothing = h1 <= h0 || w1 <= w0;
                        T top = nothing ? T(0) : std::numeric_limits<T>::lowest();
                        int64_t best = -1;
                        for (int64_t h = h0; h < h1; ++h) {
                            for (int64_t w = w0; w < w1; ++w) {
                                if (from[h * r.in_width + w] > top)
                                    top = from[h * r.in_width + w], best = h * r.in_width + w;
                            }
                        }
                        const int64_t at = (n * r.channels + c) * cells + cell;
                        to[at] = top;
                        best_at[at] = static_cast<int32_t>(best);
                    }
                }
            }
        });
    });
    return {to_dtype(out, input.dtype()), argmax};
}

Pair ps_roi_pool(const Tensor& input, const Tensor& rois, double spatial_scale, int64_t pooled_height,
                 int64_t pooled_width) {
    const Regions r(input, rois, pooled_height, pooled_width, "ps_roi_pool");
    const int64_t out_channels = r.channels_per_cell("ps_roi_pool"), cells = pooled_height * pooled_width;
    const Tensor out = empty({r.count, out_channels, pooled_height, pooled_width}, r.input.dtype());
    const Tensor mapping = empty(out.sizes(), DType::int32);
    if (out.numel() == 0) return {to_dtype(out, input.dtype()), mapping};
    dispatch_float(r.input.dtype(), "ps_roi_pool", [&]<class T>() {
        T* to = out.mutable_data<T>();
        int32_t* channel_of = mapping.mutable_data<int32_t>();
        const int64_t plane = r.in_height * r.in_width;
        for (int64_t n = 0; n < r.count; ++n) {
            int64_t image;
            const T* roi = r.roi<T>(n, image);
            const PoolRegion<T> region(roi, static_cast<T>(spatial_scale), T(0));
            for (int64_t c = 0; c < out_channels; ++c) {
                for (int64_t cell = 0; cell < cells; ++cell) {
                    // The last row and column are left out, as in torchvision.
                    const auto [h0, h1] = cell_range(cell / pooled_width, region.height / static_cast<T>(pooled_height),
                                                     region.y, r.in_height - 1);
                    const auto [w0, w1] = cell_range(cell % pooled_width, region.width / static_cast<T>(pooled_width),
                                                     region.x, r.in_width - 1);
                    const int64_t channel = c * cells + cell, at = (n * out_channels + c) * cells + cell;
                    const T* from = r.input.data<T>() + (image * r.channels + channel) * plane;
                    T sum = 0;
                    for (int64_t h = h0; h < h1; ++h)
                        for (int64_t w = w0; w < w1; ++w) sum += from[h * r.in_width + w];
                    const int64_t area = (h1 - h0) * (w1 - w0);
                    to[at] = h1 <= h0 || w1 <= w0 ? T(0) : sum / static_cast<T>(area);
                    channel_of[at] = static_cast<int32_t>(channel);
                }
            }
        }
    });
    return {to_dtype(out, input.dtype()), mapping};
}

}  // namespace

void register_vision_boxes(Registry& ops) {
    ops.add("torchvision::nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor").kernel(&nms);
    ops.add(
           "torchvision::roi_align(Tensor input, Tensor rois, float spatial_scale, int pooled_height, int "
           "pooled_width, int sampling_ratio, bool aligned) -> Tensor")
        .kernel(&roi_align)
        .derivative("input",
                    "ops.torchvision._roi_align_backward(grad, rois, spatial_scale, pooled_height, pooled_width, "
                    "input.size(0), input.size(1), input.size(2), input.size(3), sampling_ratio, aligned)");
    ops.add(
           "torchvision::ps_roi_align(Tensor input, Tensor rois, float spatial_scale, int pooled_height, int "
           "pooled_width, int sampling_ratio) -> (Tensor, Tensor)")
        .kernel(&ps_roi_align)
        .derivative("input",
                    "ops.torchvision._ps_roi_align_backward(grad0, rois, result1, spatial_scale, pooled_height, "
                    "pooled_width, sampling_ratio, input.size(0), input.size(1), input.size(2), input.size(3))");
    ops.add(
           "torchvision::roi_pool(Tensor input, Tensor rois, float spatial_scale, int pooled_height, int pooled_width) "
           "-> (Tensor, Tensor)")
        .kernel(&roi_pool)
        .derivative("input",
                    "ops.torchvision._roi_pool_backward(grad0, rois, result1, spatial_scale, pooled_height, "
                    "pooled_width, input.size(0), input.size(1), input.size(2), input.size(3))");
    ops.add(
           "torchvision::ps_roi_pool(Tensor input, Tensor rois, float spatial_scale, int pooled_height, int "
           "pooled_width) -> (Tensor, Tensor)")
        .kernel(&ps_roi_pool)
        .derivative("input",
                    "ops.torchvision._ps_roi_pool_backward(grad0, rois, result1, spatial_scale, pooled_height, "
                    "pooled_width, input.size(0), input.size(1), input.size(2), input.size(3))");
}

}  // namespace wick::jit
