#include "kernels/conv.h"

#include "kernels/simd.h"
// The include of foreach_target.h compiles this file once per instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/conv.cpp"
#include <algorithm>
#include <hwy/foreach_target.h>
#include <vector>

#include <wick/support/parallel.h>
#include <wick/support/stop_check.h>

#include "kernels/activation-inl.h"
#include "kernels/conv_planes-inl.h"
#include "kernels/conv_planes.h"
#include "kernels/gemm.h"
#include "kernels/pack-inl.h"
#include "kernels/target-inl.h"
#include "kernels/tile-inl.h"
#include "kernels/work.h"

HWY_BEFORE_NAMESPACE();
namespace wick::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using internal::ConvPlanes;
using internal::plane_slice;

inline constexpr int64_t kConvBlockK = 256;
inline constexpr int64_t kConvGroup = 8;      // pixel panels of a task: 256 KB of L2
inline constexpr int64_t kInPlacePanels = 2;  // up to here a panel of weights is read too seldom to be cut out
inline constexpr int64_t kMaxPieces = 64;     // runs that a panel is cut from: at most one per pixel
inline constexpr int64_t kFewPixels = 4;      // up to here the product is a handful of dot products
inline constexpr int64_t kFewFilters = 8;     // of one channel alone: below, each reads it anew

HWY_INLINE int64_t conv_ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

// Everything about one image, output depth and call.
template <class T>
struct ConvJob {
    const ConvShape* shape;
    const ConvPlanes* planes;
    const T* source;       // planes of all channels
    const int64_t* taps;   // offset of each (kh, kw)
    int64_t tap_count;     // kh * kw
    const T* weights;      // each output channel contiguous
    T* y;                  // first pixel of the image's channel 0 at this depth
    int64_t y_stride;      // between channels
    Epilogue<T> epilogue;  // residual: as y
    int64_t group_oc, k;   // output channels and depth of one group's product
};

// A panel of pixels as runs of at most one vector that are contiguous in the planes.
struct Pieces {
    int count = 0;
    int32_t from[kMaxPieces], to[kMaxPieces], length[kMaxPieces];
};

HWY_INLINE Pieces cut_pieces(const ConvPlanes& p, int64_t pixel, int64_t cols, int64_t lanes) {
    Pieces pieces;
    const int64_t row_length = p.direct ? p.out_h * p.out_w : p.out_w, row_stride = p.direct ? 0 : p.grid_w;
    for (int64_t done = 0; done < cols;) {
        const int64_t row = (pixel + done) / row_length, column = (pixel + done) % row_length;
        const int64_t length = std::min({row_length - column, cols - done, lanes});
        pieces.from[pieces.count] = static_cast<int32_t>(row * row_stride + column);
        pieces.to[pieces.count] = static_cast<int32_t>(done);
        pieces.length[pieces.count++] = static_cast<int32_t>(length);
        done += length;
    }
    return pieces;
}

// Rows [k0, k0 + kc) of the panel: to[(k - k0) * width + pixel]. Whole vectors are moved: what a piece writes too much
// is overwritten by the next, and `to` has a vector of slack at its end.
template <class T>
HWY_NOINLINE void pack_pixels(const ConvJob<T>& job, const T* source, const Pieces& pieces, bool exact, int64_t k0,
                              int64_t kc, int64_t width, T* to) {
    const hn::ScalableTag<T> d;
    int64_t channel = k0 / job.tap_count, tap = k0 % job.tap_count;
    const T* plane = source + channel * job.planes->plane;
    for (int64_t k = 0; k < kc; ++k, to += width) {
        const T* from = plane + job.taps[tap];
        if (exact) {
            for (int64_t i = 0; i < width; i += kLanes<T>) hn::StoreU(hn::Zero(d), d, to + i);
            for (int i = 0; i < pieces.count; ++i)
                store_some(d, load_some(d, from + pieces.from[i], static_cast<size_t>(pieces.length[i])),
                           to + pieces.to[i], static_cast<size_t>(pieces.length[i]));
        } else if (pieces.count == 2) {
            const auto v0 = hn::LoadU(d, from + pieces.from[0]), v1 = hn::LoadU(d, from + pieces.from[1]);
            hn::StoreU(v0, d, to + pieces.to[0]);
            hn::StoreU(v1, d, to + pieces.to[1]);
        } else {
            for (int i = 0; i < pieces.count; ++i)
                hn::StoreU(hn::LoadU(d, from + pieces.from[i]), d, to + pieces.to[i]);
        }
        if (++tap == job.tap_count) {
            tap = 0;
            plane += job.planes->plane;
        }
    }
}

template <class T>
size_t conv_worker_bytes(int64_t k, int64_t panels) {
    const int64_t kc = conv_ceil_div(k, conv_ceil_div(k, kConvBlockK));
    return align_up(sizeof(T) * static_cast<size_t>(std::min(panels, kConvGroup) * kc * kPanel<T> + kLanes<T>)) +
           align_up(sizeof(T) * static_cast<size_t>(kTileRows * kPanel<T>)) +
           align_up(sizeof(T) * static_cast<size_t>(kTileRows * kc));
}

// Row panels [row_begin, row_end) of group g's output channels times pixel panels [col_begin, col_end).
template <class T>
HWY_NOINLINE void conv_block(const ConvJob<T>& job, int64_t g, int64_t row_begin, int64_t row_end, int64_t col_begin,
                             int64_t col_end, const SlotPool::Claim& memory) {
    const ConvPlanes& p = *job.planes;
    const int64_t pixels = p.out_h * p.out_w;
    const RowPanels rows(job.group_oc);
    const int64_t kc_max = conv_ceil_div(job.k, conv_ceil_div(job.k, kConvBlockK));
    T* packed = memory.at<T>();
    T* edge =
        memory.at<T>(align_up(sizeof(T) * static_cast<size_t>((col_end - col_begin) * kc_max * kPanel<T> + kLanes<T>)));
    const T* source = job.source + g * (p.channels / job.shape->groups) * p.plane;
    T* panel = edge + align_up(sizeof(T) * static_cast<size_t>(kTileRows * kPanel<T>)) / sizeof(T);
    const T* weights = job.weights + g * job.group_oc * job.k;
    const bool in_place = col_end - col_begin <= kInPlacePanels;
    const int64_t oc0 = g * job.group_oc;
    for (int64_t k0 = 0; k0 < job.k; k0 += kc_max) {
        const int64_t kc = std::min(kc_max, job.k - k0);
        const bool finish = k0 + kc == job.k && !job.epilogue.empty();
        for (int64_t j = col_begin; j < col_end; ++j) {
            const int64_t cols = std::min(kPanel<T>, pixels - j * kPanel<T>);
            const int64_t width = cols > kLanes<T> ? kPanel<T> : kLanes<T>;
            const Pieces pieces = cut_pieces(p, j * kPanel<T>, cols, kLanes<T>);
            pack_pixels(job, source, pieces, cols < width, k0, kc, width, packed + (j - col_begin) * kc * kPanel<T>);
        }
        for (int64_t i = row_begin; i < row_end; ++i) {
            const int64_t row = rows.start(i), height = rows.height(i);
            const T* a = weights + row * job.k + k0;
            if (!in_place) {
                pack_panel(a, int64_t{1}, job.k, kc, height, height, panel);
                a = panel;
            }
            for (int64_t j = col_begin; j < col_end; ++j) {
                const int64_t cols = std::min(kPanel<T>, pixels - j * kPanel<T>);
                const int64_t width = cols > kLanes<T> ? kPanel<T> : kLanes<T>;
                const T* b = packed + (j - col_begin) * kc * kPanel<T>;
                T* c = job.y + (oc0 + row) * job.y_stride + j * kPanel<T>;
                const auto run = kTiles<T>.at[in_place ? 0 : 1][width == kPanel<T> ? 1 : 0][height - 1];
                if (cols == width) {
                    run(kc, a, job.k, b, width, c, job.y_stride, k0 > 0);
                } else {
                    run(kc, a, job.k, b, width, edge, width, false);
                    for (int64_t r = 0; r < height; ++r) {
                        T* to = c + r * job.y_stride;
                        for (int64_t x = 0; x < cols; ++x)
                            to[x] = k0 > 0 ? to[x] + edge[r * width + x] : edge[r * width + x];
                    }
                }
                if (finish) finish_tile(job.epilogue, c, job.y_stride, height, cols, oc0 + row, j * kPanel<T>);
            }
        }
    }
}

template <class T>
void conv_product(const ConvJob<T>& job, void* memory, int threads) {
    const int64_t pixels = job.planes->out_h * job.planes->out_w;
    const int64_t panels = conv_ceil_div(pixels, kPanel<T>), groups = job.shape->groups;
    const RowPanels rows(job.group_oc);
    // Pixels are split first: the weights are read by all, the pixels packed by one.
    int64_t col_tasks = conv_ceil_div(panels, kConvGroup);
    if (threads > 1 && groups < threads) col_tasks = std::min(panels, conv_ceil_div(col_tasks, threads) * threads);
    int64_t row_tasks = 1;
    if (groups * col_tasks < threads) row_tasks = std::min<int64_t>(rows.count, threads);
    const int64_t tasks = groups * col_tasks * row_tasks;
    const double flops = 2.0 * double(job.group_oc) * double(job.k) * double(pixels) * double(groups) / double(tasks);
    const int64_t grain = work_grain(tasks, flops);
    SlotPool pool(memory, static_cast<size_t>(threads), conv_worker_bytes<T>(job.k, panels));
    parallel_for(0, tasks, grain, [&](int64_t begin, int64_t end) HWY_ATTR {
        const SlotPool::Claim claim(pool);
        for (int64_t task = begin; task < end; ++task) {
            const int64_t g = task / (col_tasks * row_tasks), jt = task / row_tasks % col_tasks, it = task % row_tasks;
            conv_block(job, g, rows.count * it / row_tasks, rows.count * (it + 1) / row_tasks, panels * jt / col_tasks,
                       panels * (jt + 1) / col_tasks, claim);
        }
    });
}

// kVecs vectors of a depthwise output, on the grid of the planes.
template <int kVecs, class T>
HWY_INLINE void depthwise_step(const ConvJob<T>& job, const T* planes, int64_t depth_taps, const T* weight, T* grid) {
    const hn::ScalableTag<T> d;
    hn::Vec<decltype(d)> sum[kVecs];
    WICK_UNROLL for (int v = 0; v < kVecs; ++v) sum[v] = hn::Zero(d);
    for (int64_t kd = 0; kd < depth_taps; ++kd, planes += job.planes->plane) {
        for (int64_t t = 0; t < job.tap_count; ++t) {
            const T* from = planes + job.taps[t];
            const auto w = hn::Set(d, *weight++);
            WICK_UNROLL for (int v = 0; v < kVecs; ++v) sum[v] =
                hn::MulAdd(w, hn::LoadU(d, from + v * kLanes<T>), sum[v]);
        }
    }
    WICK_UNROLL for (int v = 0; v < kVecs; ++v) hn::StoreU(sum[v], d, grid + v * kLanes<T>);
}

// One output channel of a depthwise convolution, on the grid of the planes and then row by row into y.
template <class T>
HWY_NOINLINE void depthwise_channel(const ConvJob<T>& job, const T* planes, int64_t depth_taps, const T* weight,
                                    int64_t channel, T* grid, T* y) {
    const ConvPlanes& p = *job.planes;
    const int64_t count = (p.out_h - 1) * p.grid_w + p.out_w;
    int64_t q = 0;
    for (; q + 7 * kLanes<T> < count; q += 8 * kLanes<T>)
        depthwise_step<8>(job, planes + q, depth_taps, weight, grid + q);
    for (; q + 3 * kLanes<T> < count; q += 4 * kLanes<T>)
        depthwise_step<4>(job, planes + q, depth_taps, weight, grid + q);
    for (; q + kLanes<T> < count; q += 2 * kLanes<T>) depthwise_step<2>(job, planes + q, depth_taps, weight, grid + q);
    for (; q < count; q += kLanes<T>) depthwise_step<1>(job, planes + q, depth_taps, weight, grid + q);
    for (int64_t r = 0; r < p.out_h; ++r) copy_run(grid + r * p.grid_w, y + r * p.out_w, p.out_w);
    if (!job.epilogue.empty()) finish_tile(job.epilogue, y, job.y_stride, 1, p.out_h * p.out_w, channel, 0);
}

// Depthwise convolutions of images with short rows: channels lie side by side in vectors, one to a lane.
template <class T>
struct ChannelLanes {
    explicit ChannelLanes(const ConvShape& s)
        : row((s.output(2) - 1) * s.stride[2] + (s.kernel[2] - 1) * s.dilation[2] + 1),
          fits(kLanes<T> >= 4 && s.in_channels == s.groups && s.out_channels == s.groups && s.output(0) == 1 &&
               s.input[0] == 1 && s.kernel[0] == 1 && 2 * s.output(2) <= kLanes<T> && row <= kMostPixels &&
               s.input[1] * row <= kMostPixels),
          left(std::min(s.padding[2], row)),
          shown(std::min(s.input[2], row - left)),
          weights(align_up(sizeof(T) * static_cast<size_t>(s.input[1] * row * kLanes<T>))),
          result(weights + align_up(sizeof(T) * static_cast<size_t>(s.taps() * kLanes<T>))),
          bytes(result + align_up(sizeof(T) * static_cast<size_t>(s.output(1) * s.output(2) * kLanes<T>))) {}
    static constexpr int64_t kMostPixels = 1 << 12;
    int64_t row;  // pixels of a padded row that some tap sees
    bool fits;
    int64_t left, shown;  // how many of them are padding, and then input
    size_t weights, result, bytes;
};

// kCount neighbours in an output row; `from` is what the first one's first tap sees of input row 0.
template <int kCount, class T>
HWY_INLINE void channel_lanes_step(const ConvShape& s, const T* from, int64_t row, int64_t top, const T* weights,
                                   T* to) {
    const hn::ScalableTag<T> d;
    hn::Vec<decltype(d)> sum[kCount];
    WICK_UNROLL for (int v = 0; v < kCount; ++v) sum[v] = hn::Zero(d);
    const int64_t step = s.stride[2] * kLanes<T>;
    for (int64_t kh = 0; kh < s.kernel[1]; ++kh) {
        const int64_t ih = top + kh * s.dilation[1];
        if (ih < 0 || ih >= s.input[1]) continue;
        const T* w = weights + kh * s.kernel[2] * kLanes<T>;
        const T* at = from + ih * row * kLanes<T>;
        for (int64_t kw = 0; kw < s.kernel[2]; ++kw, w += kLanes<T>, at += s.dilation[2] * kLanes<T>) {
            const auto tap = hn::LoadU(d, w);
            WICK_UNROLL for (int v = 0; v < kCount; ++v) sum[v] = hn::MulAdd(tap, hn::LoadU(d, at + v * step), sum[v]);
        }
    }
    WICK_UNROLL for (int v = 0; v < kCount; ++v) hn::StoreU(sum[v], d, to + v * kLanes<T>);
}

// Channels [first, first + count) of one image, count <= kLanes; `memory` is zero where a row is padded.
template <class T>
HWY_NOINLINE void depthwise_lanes(const ConvJob<T>& job, const ChannelLanes<T>& lanes, const T* image, int64_t first,
                                  int64_t count, const SlotPool::Claim& memory) {
    const ConvShape& s = *job.shape;
    const int64_t in_size = s.input[1] * s.input[2], out_h = s.output(1), out_w = s.output(2), pixels = out_h * out_w;
    T *padded = memory.at<T>(), *weights = memory.at<T>(lanes.weights), *result = memory.at<T>(lanes.result);
    const T* x = image + first * in_size;
    if (lanes.row == s.input[2] && lanes.left == 0) {
        transpose(x, in_size, count, in_size, padded, kLanes<T>);
    } else {
        for (int64_t ih = 0; ih < s.input[1]; ++ih)
            transpose(x + ih * s.input[2], in_size, count, lanes.shown,
                      padded + (ih * lanes.row + lanes.left) * kLanes<T>, kLanes<T>);
    }
    transpose(job.weights + first * s.taps(), s.taps(), count, s.taps(), weights, kLanes<T>);
    for (int64_t oh = 0; oh < out_h; ++oh) {
        const int64_t top = oh * s.stride[1] - s.padding[1];
        for (int64_t ow = 0; ow < out_w;) {
            const T* from = padded + ow * s.stride[2] * kLanes<T>;
            T* to = result + (oh * out_w + ow) * kLanes<T>;
            const int64_t left = out_w - ow;
            if (left >= 8) {
                channel_lanes_step<8>(s, from, lanes.row, top, weights, to);
                ow += 8;
            } else if (left >= 4) {
                channel_lanes_step<4>(s, from, lanes.row, top, weights, to);
                ow += 4;
            } else if (left >= 2) {
                channel_lanes_step<2>(s, from, lanes.row, top, weights, to);
                ow += 2;
            } else {
                channel_lanes_step<1>(s, from, lanes.row, top, weights, to);
                ow += 1;
            }
        }
    }
    T* y = job.y + first * job.y_stride;
    transpose(result, kLanes<T>, pixels, count, y, job.y_stride);
    if (!job.epilogue.empty()) finish_tile(job.epilogue, y, job.y_stride, count, pixels, first, 0);
}

template <class T>
struct ConvLayout {
    ConvLayout(const ConvShape& s, int threads) : planes(s), lanes(s) {
        const size_t slots = std::min<size_t>(static_cast<size_t>(threads), SlotPool::kMaxSlots);
        const int64_t per_group = s.in_channels / s.groups, pixels = planes.out_h * planes.out_w;
        k = per_group * s.taps();
        depthwise = per_group == 1 && s.out_channels / s.groups < kFewFilters;
        few_pixels = !depthwise && pixels <= kFewPixels;
        // Vectors that start inside a plane may end beyond the last one.
        const size_t slack = depthwise ? 8 * kLanes<T> : kPanel<T>;
        if (lanes.fits) {
            slot = lanes.bytes;
        } else if (depthwise) {
            slot_planes = align_up(sizeof(T) * (static_cast<size_t>(s.kernel[0] * planes.plane) + slack));
            slot = slot_planes + align_up(sizeof(T) * (static_cast<size_t>(planes.grid_h * planes.grid_w) + slack));
        } else if (few_pixels) {
            shared = align_up(sizeof(T) * static_cast<size_t>(pixels * s.in_channels * s.taps()));
        } else {
            shared =
                planes.direct ? 0 : align_up(sizeof(T) * (static_cast<size_t>(planes.channels * planes.plane) + slack));
            slot = conv_worker_bytes<T>(k, conv_ceil_div(pixels, kPanel<T>));
        }
        bytes = shared + slots * slot;
    }
    ConvPlanes planes;
    ChannelLanes<T> lanes;
    int64_t k;
    bool depthwise, few_pixels;
    size_t shared = 0, slot_planes = 0, slot = 0, bytes;
};

// What the taps of a kernel's row see of a row of the input, from column `first` on; zeros where there is none.
template <class T>
HWY_INLINE void copy_taps(const T* row, int64_t first, const ConvShape& s, T* to) {
    const int64_t taps = s.kernel[2], step = s.dilation[2], width = row != nullptr ? s.input[2] : 0;
    if (step == 1 && first >= 0 && first + taps <= width) return copy_run(row + first, to, taps);
    for (int64_t t = 0; t < taps; ++t, first += step) to[t] = first >= 0 && first < width ? row[first] : T(0);
}

// The im2col matrix of few output pixels, each pixel's column contiguous.
template <class T>
void gather_columns(const ConvShape& s, const T* x, int64_t od, T* columns) {
    const int64_t out_w = s.output(2), pixels = s.output(1) * out_w, per_group = s.in_channels / s.groups;
    for (int64_t pixel = 0; pixel < pixels; ++pixel) {
        const int64_t oh = pixel / out_w, iw = pixel % out_w * s.stride[2] - s.padding[2];
        for (int64_t c = 0; c < s.in_channels; ++c) {
            T* to = columns + ((c / per_group * pixels + pixel) * per_group + c % per_group) * s.taps();
            for (int64_t kd = 0; kd < s.kernel[0]; ++kd)
                for (int64_t kh = 0; kh < s.kernel[1]; ++kh, to += s.kernel[2]) {
                    const int64_t id = od * s.stride[0] - s.padding[0] + kd * s.dilation[0];
                    const int64_t ih = oh * s.stride[1] - s.padding[1] + kh * s.dilation[1];
                    const bool inside = id >= 0 && id < s.input[0] && ih >= 0 && ih < s.input[1];
                    const T* row = inside ? x + ((c * s.input[0] + id) * s.input[1] + ih) * s.input[2] : nullptr;
                    copy_taps(row, iw, s, to);
                }
        }
    }
}

// Few output pixels: each is a column of the im2col matrix; the weight is read in place.
template <class T>
void conv_few_pixels(const ConvShape& s, const T* x, const T* w, T* y, int64_t y_stride, int64_t od,
                     const Epilogue<T>& e, T* columns) {
    const int64_t pixels = s.output(1) * s.output(2), k = s.in_channels / s.groups * s.taps();
    const T* from = columns;
    if (!ConvPlanes(s).direct) {
        gather_columns(s, x, od, columns);
    } else if (pixels == 1) {
        from = x;
    } else {
        for (int64_t g = 0; g < s.groups; ++g)
            transpose(x + g * k * pixels, pixels, k, pixels, columns + g * pixels * k, k);
    }
    const int64_t oc = s.out_channels / s.groups;
    for (int64_t g = 0; g < s.groups; ++g) {
        Epilogue<T> part = e;
        if (part.scale_row != nullptr) part.scale_row += g * oc;
        if (part.bias_row != nullptr) part.bias_row += g * oc;
        if (part.residual != nullptr) part.residual += g * oc * y_stride;
        gemm<T>(oc, pixels, k, T(1), {w + g * oc * k, k, 1}, {from + g * pixels * k, 1, k}, T(0), y + g * oc * y_stride,
                y_stride, part);
    }
}

template <class T>
void run_conv(const ConvShape& s, const T* x, const T* w, T* y, const Epilogue<T>& epilogue, ScratchRef lent) {
    const int threads = max_threads();
    const ConvLayout<T> layout(s, threads);
    const ConvPlanes& p = layout.planes;
    const Scratch scratch(lent, layout.bytes);
    T* shared = scratch.at<T>();
    std::vector<int64_t> taps;
    for (int64_t kh = 0; kh < s.kernel[1]; ++kh)
        for (int64_t kw = 0; kw < s.kernel[2]; ++kw) taps.push_back(p.tap_offset(s, kh, kw));
    const int64_t out_d = s.output(0), pixels = p.out_h * p.out_w, oc = s.out_channels / s.groups;
    for (int64_t n = 0; n < s.batch; ++n) {
        const T* image = x + n * s.in_channels * s.input_size();
        for (int64_t od = 0; od < out_d; ++od) {
            const int64_t y_offset = n * s.out_channels * s.output_size() + od * pixels;
            ConvJob<T> job{&s,      &p,           shared,          taps.data(), static_cast<int64_t>(taps.size()),
                           w,       y + y_offset, s.output_size(), epilogue,    oc,
                           layout.k};
            job.epilogue.residual_stride = s.output_size();
            if (job.epilogue.residual != nullptr) job.epilogue.residual += y_offset;
            if (layout.few_pixels) {
                conv_few_pixels(s, image, w, job.y, job.y_stride, od, job.epilogue, shared);
            } else if (layout.lanes.fits) {
                SlotPool pool(shared, static_cast<size_t>(threads), layout.slot);
                const int64_t blocks = conv_ceil_div(s.groups, kLanes<T>);
                const double flops = double(kLanes<T>) * double(s.input_size()) * kFlopsPerCopy +
                                     2.0 * double(kLanes<T>) * double(pixels * s.taps());
                parallel_for(0, blocks, work_grain(blocks, flops), [&](int64_t begin, int64_t end) HWY_ATTR {
                    const SlotPool::Claim claim(pool);
                    std::fill(claim.at<T>(), claim.at<T>(layout.lanes.weights), T(0));
                    for (int64_t b = begin; b < end; ++b) {
                        check_stop();
                        const int64_t first = b * kLanes<T>;
                        depthwise_lanes(job, layout.lanes, image, first, std::min(kLanes<T>, s.groups - first), claim);
                    }
                });
            } else if (layout.depthwise) {
                SlotPool pool(shared, static_cast<size_t>(threads), layout.slot);
                // A tap counts for more than its multiply-add: it is bound by loads.
                const int64_t grain =
                    work_grain(s.groups, double(p.plane) * (kFlopsPerCopy + 8.0 * double(oc * s.taps())));
                parallel_for(0, s.groups, grain, [&](int64_t begin, int64_t end) HWY_ATTR {
                    const SlotPool::Claim claim(pool);
                    T* planes = claim.at<T>();
                    std::fill(planes, planes + s.kernel[0] * p.plane, T(0));
                    for (int64_t g = begin; g < end; ++g) {
                        for (int64_t kd = 0; kd < s.kernel[0]; ++kd) {
                            const T* slice = plane_slice(s, image, g * s.kernel[0] + kd, od);
                            if (slice != nullptr) fill_inside(s, p, slice, planes + kd * p.plane);
                        }
                        for (int64_t o = g * oc; o < (g + 1) * oc; ++o) {
                            check_stop();
                            depthwise_channel(job, planes, s.kernel[0], w + o * s.taps(), o,
                                              claim.at<T>(layout.slot_planes), job.y + o * job.y_stride);
                        }
                    }
                });
            } else {
                if (p.direct) {
                    job.source = image;
                } else {
                    const int64_t grain = work_grain(p.channels, double(p.plane) * kFlopsPerCopy);
                    parallel_for(0, p.channels, grain, [&](int64_t begin, int64_t end) HWY_ATTR {
                        for (int64_t c = begin; c < end; ++c) {
                            T* plane = shared + c * p.plane;
                            const T* slice = plane_slice(s, image, c, od);
                            if (!p.dense || slice == nullptr) std::fill(plane, plane + p.plane, T(0));
                            if (slice != nullptr) fill_inside(s, p, slice, plane);
                        }
                    });
                }
                conv_product(job, scratch.at<T>(layout.shared), threads);
            }
        }
    }
}

#define WICK_FOR_TYPE(T, S)                                                                                     \
    void conv_##S(const ConvShape& s, const T* x, const T* w, T* y, const Epilogue<T>& e, ScratchRef scratch) { \
        run_conv(s, x, w, y, e, scratch);                                                                       \
    }                                                                                                           \
    size_t conv_bytes_##S(const ConvShape& s, int threads) { return ConvLayout<T>(s, threads).bytes; }
WICK_FOR_TYPE(float, f32)
WICK_FOR_TYPE(double, f64)
#undef WICK_FOR_TYPE

}  // namespace wick::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wick::kernels {

HWY_EXPORT(conv_f32);
HWY_EXPORT(conv_f64);
HWY_EXPORT(conv_bytes_f32);
HWY_EXPORT(conv_bytes_f64);

template <class T>
void conv(const ConvShape& shape, const T* x, const T* w, T* y, const Epilogue<T>& epilogue, ScratchRef scratch) {
    if (shape.batch <= 0 || shape.out_channels <= 0 || shape.output(0) <= 0 || shape.output(1) <= 0 ||
        shape.output(2) <= 0)
        return;
    // Images are shared among the threads where there are enough of them, otherwise one image after the other is.
    if (shape.batch < 2 * max_threads() || max_threads() == 1)
        return WICK_DISPATCH(conv, shape, x, w, y, epilogue, scratch);
    ConvShape one = shape;
    one.batch = 1;
    const int64_t x_size = shape.in_channels * shape.input_size(), y_size = shape.out_channels * shape.output_size();
    const double flops = 2.0 * double(y_size) * double(shape.in_channels / shape.groups) * double(shape.taps());
    parallel_for(0, shape.batch, work_grain(shape.batch, flops), [&](int64_t begin, int64_t end) {
        for (int64_t n = begin; n < end; ++n) {
            Epilogue<T> part = epilogue;
            if (part.residual != nullptr) part.residual += n * y_size;
            WICK_DISPATCH(conv, one, x + n * x_size, w, y + n * y_size, part, ScratchRef());
        }
    });
}

template <class T>
size_t conv_scratch_bytes(const ConvShape& shape, int threads) {
    return lent_bytes(WICK_DISPATCH(conv_bytes, shape, threads));
}

#define WICK_INSTANTIATE(T)                                                                       \
    template void conv(const ConvShape&, const T*, const T*, T*, const Epilogue<T>&, ScratchRef); \
    template size_t conv_scratch_bytes<T>(const ConvShape&, int);
WICK_INSTANTIATE(float)
WICK_INSTANTIATE(double)
#undef WICK_INSTANTIATE

}  // namespace wick::kernels
#endif
