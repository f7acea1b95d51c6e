#pragma once
// Regions of interest and where they are sampled, for the pooling operators of torchvision and their gradients.

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "ops/nn_common.h"

namespace wick::jit {

/// A feature map and the regions to pool from it.
struct Regions {
    Regions(const Tensor& input_tensor, const Tensor& roi_tensor, int64_t height, int64_t width, std::string_view op)
        : input(compute_input(input_tensor)),
          rois(compute_input(roi_tensor, input.dtype())),
          pooled_height(height),
          pooled_width(width) {
        WICK_CHECK(input_tensor.dim() == 4, "{}: expected a 4-D input, got {}-D", op, input_tensor.dim());
        WICK_CHECK(roi_tensor.dim() == 2 && roi_tensor.size(1) == 5, "{}: rois must have shape as Tensor[K, 5]", op);
        WICK_CHECK(roi_tensor.dtype() == input_tensor.dtype(),
                   "Expected tensor for argument #1 'input' to have the same type as tensor for argument #2 'rois'");
        WICK_CHECK(height > 0 && width > 0, "{}: the pooled size must be positive, got {} x {}", op, height, width);
        WICK_CHECK(input.size(2) > 0 && input.size(3) > 0, "{}: expected an input with pixels, got {}", op,
                   format_sizes(input.sizes()));
        batch = input.size(0), channels = input.size(1), in_height = input.size(2), in_width = input.size(3),
        count = rois.size(0);
    }
    /// Row r of rois: batch index (checked), x1, y1, x2, y2.
    template <class T>
    const T* roi(int64_t r, int64_t& image) const {
        const T* row = rois.data<T>() + r * 5;
        WICK_CHECK(row[0] >= 0 && row[0] < static_cast<T>(batch),
                   "rois: batch index {} is out of range for a batch of {}", static_cast<double>(row[0]), batch);
        image = static_cast<int64_t>(row[0]);
        return row;
    }
    /// Channels of a position-sensitive map are grouped by output cell.
    int64_t channels_per_cell(std::string_view op) const {
        WICK_CHECK(channels % (pooled_height * pooled_width) == 0,
                   "{}: input channels must be a multiple of pooling height * pooling width", op);
        return channels / (pooled_height * pooled_width);
    }
    Tensor input, rois;
    int64_t pooled_height, pooled_width;
    int64_t batch = 0, channels = 0, in_height = 0, in_width = 0, count = 0;
};

/// Bilinear interpolation at (y, x) of a map: four neighbours and their weights. Points more than one pixel outside
/// count as zero.
template <class T>
struct Sample {
    Sample(T y, T x, int64_t height, int64_t width) {
        if (!(y >= T(-1) && y <= static_cast<T>(height) && x >= T(-1) && x <= static_cast<T>(width))) {
            for (int i = 0; i < 4; ++i) at[i] = 0, weight[i] = 0;
            return;
        }
        y = std::max(y, T(0));
        x = std::max(x, T(0));
        int64_t y0 = static_cast<int64_t>(y), x0 = static_cast<int64_t>(x), y1 = y0 + 1, x1 = x0 + 1;
        if (y0 >= height - 1) y0 = y1 = height - 1, y = static_cast<T>(y0);
        if (x0 >= width - 1) x0 = x1 = width - 1, x = static_cast<T>(x0);
        const T fy = y - static_cast<T>(y0), fx = x - static_cast<T>(x0);
        at[0] = y0 * width + x0, at[1] = y0 * width + x1, at[2] = y1 * width + x0, at[3] = y1 * width + x1;
        weight[0] = (1 - fy) * (1 - fx), weight[1] = (1 - fy) * fx, weight[2] = fy * (1 - fx), weight[3] = fy * fx;
    }
    T of(const T* plane) const {
        return weight[0] * plane[at[0]] + weight[1] * plane[at[1]] + weight[2] * plane[at[2]] +
               weight[3] * plane[at[3]];
    }
    int64_t at[4];
    T weight[4];
};

/// The sampling grid of one region: `samples(ph, pw)` points per cell, averaged.
template <class T>
struct AlignGrid {
    AlignGrid(const T* roi, const Regions& regions, double spatial_scale, int64_t sampling_ratio, bool aligned,
              bool at_least_one) {
        const T scale = static_cast<T>(spatial_scale), offset = aligned ? T(0.5) : T(0);
        x = roi[1] * scale - offset, y = roi[2] * scale - offset;
        T width = roi[3] * scale - offset - x, height = roi[4] * scale - offset - y;
        if (at_least_one) width = std::max(width, T(1)), height = std::max(height, T(1));
        cell_height = height / static_cast<T>(regions.pooled_height);
        cell_width = width / static_cast<T>(regions.pooled_width);
        constexpr T kMost = 1 << 14;
        const auto samples = [&](T size) {
            // A region turned inside out has no points.
            const T count = sampling_ratio > 0 ? static_cast<T>(sampling_ratio) : std::ceil(std::max(size, T(0)));
            WICK_CHECK(count <= kMost, "roi_align: a region of {} pixels per cell is too large",
                       static_cast<double>(count));
            return static_cast<int64_t>(count);
        };
        rows = samples(cell_height), columns = samples(cell_width);
    }
    /// The points of cell (ph, pw), row by row.
    void sample(int64_t ph, int64_t pw, int64_t height, int64_t width, std::vector<Sample<T>>& out) const {
        for (int64_t iy = 0; iy < rows; ++iy) {
            const T py = y + static_cast<T>(ph) * cell_height +
                         (static_cast<T>(iy) + T(0.5)) * cell_height / static_cast<T>(rows);
            for (int64_t ix = 0; ix < columns; ++ix) {
                const T px = x + static_cast<T>(pw) * cell_width +
                             (static_cast<T>(ix) + T(0.5)) * cell_width / static_cast<T>(columns);
                out.emplace_back(py, px, height, width);
            }
        }
    }
    T x, y, cell_height, cell_width;
    int64_t rows, columns;
};

/// A region in whole pixels; `extra` is what its last row and column count for.
template <class T>
struct PoolRegion {
    PoolRegion(const T* roi, T scale, T extra)
        : x(std::round(roi[1] * scale)),
          y(std::round(roi[2] * scale)),
          width(std::max(std::round(roi[3] * scale) - x + extra, T(1))),
          height(std::max(std::round(roi[4] * scale) - y + extra, T(1))) {}
    T x, y, width, height;
};

/// Cell i of `cells` over [start, start + length): first and past-the-last pixel, clipped to [0, limit).
template <class T>
std::pair<int64_t, int64_t> cell_range(int64_t i, T cell, T start, int64_t limit) {
    // 0 * inf is no number: the cell of an endless region begins at its start.
    const auto clip = [&](T v) { return v > 0 ? static_cast<int64_t>(std::min(v, static_cast<T>(limit))) : 0; };
    return {clip(std::floor(static_cast<T>(i) * cell) + start), clip(std::ceil(static_cast<T>(i + 1) * cell) + start)};
}

}  // namespace wick::jit
