// Transposed convolution: one product per image and group gives the contribution of every input pixel to every tap,
// and a scatter adds them up (col2im).
#include <algorithm>

#include <wick/support/parallel.h>

#include "kernels/conv.h"
#include "kernels/gemm.h"

namespace wick::kernels {
namespace {

// y[out pixels] += columns[taps][in pixels] for one output channel.
template <class T>
void scatter(const ConvShape& s, const std::array<int64_t, 3>& out, const T* columns, T* y) {
    for (int64_t kd = 0; kd < s.kernel[0]; ++kd)
        for (int64_t kh = 0; kh < s.kernel[1]; ++kh)
            for (int64_t kw = 0; kw < s.kernel[2]; ++kw)
                for (int64_t id = 0; id < s.input[0]; ++id) {
                    const int64_t od = id * s.stride[0] - s.padding[0] + kd * s.dilation[0];
                    // Columns [first, last) of the input go to the inside of the output.
                    const int64_t step = s.stride[2], shift = kw * s.dilation[2] - s.padding[2];
                    const int64_t first = shift < 0 ? (step - 1 - shift) / step : 0;
                    const int64_t last =
                        std::min(s.input[2], out[2] > shift ? (out[2] - 1 - shift) / step + 1 : int64_t{0});
                    for (int64_t ih = 0; ih < s.input[1]; ++ih, columns += s.input[2]) {
                        const int64_t oh = ih * s.stride[1] - s.padding[1] + kh * s.dilation[1];
                        if (od < 0 || od >= out[0] || oh < 0 || oh >= out[1] || first >= last) continue;
                        T* __restrict__ row = y + (od * out[1] + oh) * out[2] + first * step + shift;
                        const T* __restrict__ from = columns + first;
                        const int64_t n = last - first;
                        if (step == 1) {
                            for (int64_t i = 0; i < n; ++i) row[i] += from[i];
                        } else if (step == 2) {
                            for (int64_t i = 0; i < n; ++i) row[2 * i] += from[i];
                        } else {
                            for (int64_t i = 0; i < n; ++i) row[i * step] += from[i];
                        }
                    }
                }
}

}  // namespace

template <class T>
void conv_transposed(const ConvShape& s, const T* x, const T* w, const T* bias, T* y) {
    const std::array<int64_t, 3> out = {s.transposed_output(0), s.transposed_output(1), s.transposed_output(2)};
    const int64_t out_size = out[0] * out[1] * out[2], in_size = s.input_size(), taps = s.taps();
    if (s.batch <= 0 || s.out_channels <= 0 || out[0] <= 0 || out[1] <= 0 || out[2] <= 0) return;
    const int64_t ic = s.in_channels / s.groups, oc = s.out_channels / s.groups;
    const AlignedBuffer memory(sizeof(T) * static_cast<size_t>(oc * taps * in_size));
    T* columns = static_cast<T*>(memory.data());
    for (int64_t image = 0; image < s.batch * s.groups; ++image) {
        const int64_t g = image % s.groups;
        // columns[(o, tap), pixel] = sum over c of w[c, (o, tap)] * x[c, pixel]
        gemm<T>(oc * taps, in_size, ic, T(1), {w + g * ic * oc * taps, 1, oc * taps},
                {x + image * ic * in_size, in_size, 1}, T(0), columns, in_size);
        parallel_for(0, oc, std::max<int64_t>(1, (1 << 15) / std::max<int64_t>(1, taps * in_size)),
                     [&](int64_t begin, int64_t end) {
                         for (int64_t o = begin; o < end; ++o) {
                             T* channel = y + (image * oc + o) * out_size;
                             std::fill(channel, channel + out_size, bias == nullptr ? T(0) : bias[g * oc + o]);
                             scatter(s, out, columns + o * taps * in_size, channel);
                         }
                     });
    }
}

template void conv_transposed(const ConvShape&, const float*, const float*, const float*, float*);
template void conv_transposed(const ConvShape&, const double*, const double*, const double*, double*);

}  // namespace wick::kernels
