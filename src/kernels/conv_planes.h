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
          channels(s.in_channels * s.kernel[0]),
          dense(s.padding[1] == 0 && s.padding[2] == 0 && phases_h == 1 && phases_w == 1) {}

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
    bool dense;              // a plane shows input everywhere
};

/// The input slice that plane `channel` (= c * kernel depth + kd) shows at output depth od; null where it is all
/// padding.
template <class T>
const T* plane_slice(const ConvShape& s, const T* x, int64_t channel, int64_t od) {
    const int64_t c = channel / s.kernel[0], kd = channel % s.kernel[0];
    const int64_t id = od * s.stride[0] - s.padding[0] + kd * s.dilation[0];
    return id < 0 || id >= s.input[0] ? nullptr : x + (c * s.input[0] + id) * s.input[1] * s.input[2];
}

}  // namespace wick::kernels::internal
