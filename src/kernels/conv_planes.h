#pragma once
// Where a convolution's input lies while it is computed: zero-padded planes, one per channel, depth tap and stride
// phase, on which every kernel tap is a constant offset.
//
// For output depth od, plane (c, kd) holds input slice od * stride - padding + kd * dilation. Padded row r, column q of
// it lies in phase (r % sh, q % sw) at [r / sh][q / sw]; output (oh, ow) under tap (kh, kw) reads padded row oh * sh +
// kh * dh, that is phase (kh * dh % sh, ...) at grid position (oh + kh * dh / sh, ow + kw * dw / sw).

#include <algorithm>

#include "kernels/conv.h"

namespace wick::kernels::internal {

struct ConvPlanes {
    explicit ConvPlanes(const ConvShape& s)
        : direct(s.kernel[1] == 1 && s.kernel[2] == 1 && s.stride[1] == 1 && s.stride[2] == 1 && s.padding[1] == 0 &&
                 s.padding[2] == 0 && s.input[0] == 1 && s.kernel[0] == 1 && s.padding[0] == 0),
          out_h(s.output(1)),
          out_w(s.output(2)),
          // Phases that no tap reads (a 1x1 kernel with stride 2) are not kept.
          phases_h(std::min(s.stride[1], (s.kernel[1] - 1) * s.dilation[1] + 1)),
          phases_w(std::min(s.stride[2], (s.kernel[2] - 1) * s.dilation[2] + 1)),
          grid_h(out_h + (s.kernel[1] - 1) * s.dilation[1] / s.stride[1]),
          grid_w(out_w + (s.kernel[2] - 1) * s.dilation[2] / s.stride[2]),
          plane(direct ? s.input[1] * s.input[2] : phases_h * phases_w * grid_h * grid_w),
          channels(s.in_channels * s.kernel[0]) {}

    int64_t tap_offset(const ConvShape& s, int64_t kh, int64_t kw) const {
        if (direct) return 0;
        const int64_t r = kh * s.dilation[1], q = kw * s.dilation[2];
        const int64_t phase = (r % s.stride[1]) * phases_w + q % s.stride[2];
        return (phase * grid_h + r / s.stride[1]) * grid_w + q / s.stride[2];
    }

    bool direct;  // 1x1, stride 1, no padding: the input itself serves
    int64_t out_h, out_w, phases_h, phases_w;
    int64_t grid_h, grid_w;  // of one phase
    int64_t plane;           // elements of one channel
    int64_t channels;        // planes for one output depth: in_channels * kernel depth
};

/// Fills the planes of channel (c, kd) for image x[in_channels, d, h, w] and output depth od.
template <class T>
void fill_plane(const ConvShape& s, const ConvPlanes& p, const T* x, int64_t channel, int64_t od, T* to) {
    const int64_t c = channel / s.kernel[0], kd = channel % s.kernel[0];
    const int64_t id = od * s.stride[0] - s.padding[0] + kd * s.dilation[0];
    if (id < 0 || id >= s.input[0]) {
        std::fill(to, to + p.plane, T(0));
        return;
    }
    const T* slice = x + (c * s.input[0] + id) * s.input[1] * s.input[2];
    const int64_t sw = s.stride[2];
    for (int64_t ph = 0; ph < p.phases_h; ++ph) {
        for (int64_t pw = 0; pw < p.phases_w; ++pw) {
            // Columns q of the grid with 0 <= q * sw + pw - padding < width.
            const int64_t first = pw - s.padding[2];
            const int64_t left = std::min(p.grid_w, first >= 0 ? 0 : (-first + sw - 1) / sw);
            const int64_t right =
                std::max(left, std::min(p.grid_w, s.input[2] - first <= 0 ? 0 : (s.input[2] - first + sw - 1) / sw));
            for (int64_t r = 0; r < p.grid_h; ++r, to += p.grid_w) {
                const int64_t ih = r * s.stride[1] + ph - s.padding[1];
                if (ih < 0 || ih >= s.input[1]) {
                    std::fill(to, to + p.grid_w, T(0));
                    continue;
                }
                const T* row = slice + ih * s.input[2] + first;
                std::fill(to, to + left, T(0));
                if (sw == 1)
                    std::copy(row + left, row + right, to + left);
                else
                    for (int64_t q = left; q < right; ++q) to[q] = row[q * sw];
                std::fill(to + right, to + p.grid_w, T(0));
            }
        }
    }
}

}  // namespace wick::kernels::internal
