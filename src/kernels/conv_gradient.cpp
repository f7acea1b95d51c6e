// Gradients of convolutions: with respect to the input by the convolution kernels themselves, with respect to the
// weight as products columns[taps of all channels, pixels] x dy[out channels, pixels]^T, an image at a time: of the
// two, dy is the smaller one to pack.
#include <algorithm>
#include <vector>

#include <wick/support/parallel.h>
#include <wick/support/stop_check.h>

#include "kernels/conv.h"
#include "kernels/gemm.h"
#include "kernels/work.h"

namespace wick::kernels {
namespace {

// Weights up to this size (256 KB of float) get partial sums per piece of the batch, which threads take in turns; the
// product of one image with larger ones is worth splitting itself.
constexpr int64_t kSmallWeight = 1 << 16;
constexpr int64_t kPieces = 8;

// to[p] = from[p * stride - padding + tap * dilation] for p in [0, count), zero outside [0, size).
template <class T>
void cut_row(const T* from, int64_t size, int64_t stride, int64_t start, int64_t count, T* to) {
    const int64_t first = start >= 0 ? 0 : std::min(count, (-start + stride - 1) / stride);
    const int64_t last = std::max(first, start >= size ? first : std::min(count, (size - start + stride - 1) / stride));
    std::fill(to, to + first, T(0));
    if (stride == 1) {
        std::copy(from + start + first, from + start + last, to + first);
    } else {
        for (int64_t p = first; p < last; ++p) to[p] = from[start + p * stride];
    }
    std::fill(to + last, to + count, T(0));
}

// columns[(channel, tap), pixel] of one image's channels [0, channels).
template <class T>
void im2col(const ConvShape& s, const T* x, int64_t channels, T* columns) {
    const std::array<int64_t, 3> out = {s.output(0), s.output(1), s.output(2)};
    const auto body = [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; ++row) {
            const int64_t tap = row % s.taps(), kw = tap % s.kernel[2], kh = tap / s.kernel[2] % s.kernel[1],
                          kd = tap / (s.kernel[2] * s.kernel[1]);
            const T* plane = x + row / s.taps() * s.input_size();
            T* to = columns + row * out[0] * out[1] * out[2];
            for (int64_t od = 0; od < out[0]; ++od) {
                const int64_t id = od * s.stride[0] - s.padding[0] + kd * s.dilation[0];
                for (int64_t oh = 0; oh < out[1]; ++oh, to += out[2]) {
                    const int64_t ih = oh * s.stride[1] - s.padding[1] + kh * s.dilation[1];
                    if (id < 0 || id >= s.input[0] || ih < 0 || ih >= s.input[1])
                        std::fill(to, to + out[2], T(0));
                    else
                        cut_row(plane + (id * s.input[1] + ih) * s.input[2], s.input[2], s.stride[2],
                                kw * s.dilation[2] - s.padding[2], out[2], to);
                }
            }
        }
    };
    const int64_t rows = channels * s.taps();
    parallel_for(0, rows, work_grain(rows, double(s.output_size()) * kFlopsPerCopy), body);
}

// sums[group][(channel, tap), out channel] of images [first, last).
template <class T>
void weight_products(const ConvShape& s, const T* x, const T* dy, int64_t first, int64_t last, T* columns, T* sums) {
    const int64_t ic = s.in_channels / s.groups, oc = s.out_channels / s.groups, k = ic * s.taps(),
                  pixels = s.output_size();
    const bool direct = s.taps() == 1 && pixels == s.input_size() && s.padding == std::array<int64_t, 3>{};
    for (int64_t n = first; n < last; ++n) {
        check_stop();
        for (int64_t g = 0; g < s.groups; ++g) {
            const T* image = x + (n * s.groups + g) * ic * s.input_size();
            if (!direct) im2col(s, image, ic, columns);
            gemm<T>(k, oc, pixels, T(1), {direct ? image : columns, pixels, 1},
                    {dy + (n * s.groups + g) * oc * pixels, 1, pixels}, n == first ? T(0) : T(1), sums + g * oc * k,
                    oc);
        }
    }
}

}  // namespace

template <class T>
void conv_input_gradient(const ConvShape& s, const T* dy, const T* w, T* dx) {
    ConvShape back = s;
    back.in_channels = s.out_channels;
    back.out_channels = s.in_channels;
    back.output_padding = {};
    bool mirrors = true;
    for (int i = 0; i < 3; ++i) {
        back.input[i] = s.output(i);
        back.output_padding[i] = s.input[i] - back.transposed_output(i);
        mirrors = mirrors && s.stride[i] == 1 && s.dilation[i] * (s.kernel[i] - 1) >= s.padding[i];
    }
    if (!mirrors) return conv_transposed<T>(back, dy, w, nullptr, dx);
    for (int i = 0; i < 3; ++i) back.padding[i] = s.dilation[i] * (s.kernel[i] - 1) - s.padding[i];
    const int64_t ic = s.in_channels / s.groups, oc = s.out_channels / s.groups, taps = s.taps();
    std::vector<T> mirrored(static_cast<size_t>(s.in_channels * oc * taps));
    for (int64_t g = 0; g < s.groups; ++g)
        for (int64_t i = 0; i < ic; ++i)
            for (int64_t o = 0; o < oc; ++o)
                std::reverse_copy(w + ((g * oc + o) * ic + i) * taps, w + ((g * oc + o) * ic + i + 1) * taps,
                                  mirrored.data() + ((g * ic + i) * oc + o) * taps);
    conv<T>(back, dy, mirrored.data(), dx);
}

template <class T>
void conv_weight_gradient(const ConvShape& s, const T* x, const T* dy, T* dw) {
    const int64_t oc = s.out_channels / s.groups, k = s.in_channels / s.groups * s.taps(), size = s.out_channels * k;
    if (s.batch <= 0 || s.output_size() <= 0) return std::fill(dw, dw + size, T(0));
    const int64_t pieces = size <= kSmallWeight ? std::min(s.batch, kPieces) : 1;
    const size_t slots = std::min<size_t>(static_cast<size_t>(max_threads()), SlotPool::kMaxSlots);
    const size_t columns = align_up(sizeof(T) * static_cast<size_t>(k * s.output_size()));
    const size_t sums = align_up(sizeof(T) * static_cast<size_t>(size * pieces));
    const Scratch scratch({}, sums + slots * columns);
    SlotPool pool(scratch.at<T>(sums), slots, columns);
    const double flops = 2.0 * double(s.batch) * double(size) * double(s.output_size()) / double(pieces);
    parallel_for(0, pieces, work_grain(pieces, flops), [&](int64_t begin, int64_t end) {
        const SlotPool::Claim claim(pool);
        for (int64_t piece = begin; piece < end; ++piece)
            weight_products(s, x, dy, s.batch * piece / pieces, s.batch * (piece + 1) / pieces, claim.at<T>(),
                            scratch.at<T>() + piece * size);
    });
    const T* from = scratch.at<T>();
    for (int64_t piece = 1; piece < pieces; ++piece)
        for (int64_t i = 0; i < size; ++i) scratch.at<T>()[i] += from[piece * size + i];
    for (int64_t o = 0; o < s.out_channels; ++o)
        for (int64_t i = 0; i < k; ++i) dw[o * k + i] = from[(o / oc * k + i) * oc + o % oc];
}

#define WICK_INSTANTIATE(T)                                                      \
    template void conv_input_gradient(const ConvShape&, const T*, const T*, T*); \
    template void conv_weight_gradient(const ConvShape&, const T*, const T*, T*);
WICK_INSTANTIATE(float)
WICK_INSTANTIATE(double)
#undef WICK_INSTANTIATE

}  // namespace wick::kernels
