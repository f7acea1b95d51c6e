#include <algorithm>
#include <cmath>

#include "ops/nn_upsample.h"

namespace wick::jit {

bool Taps::identity() const {
    if (in != out || width != 1) return false;
    for (int64_t i = 0; i < out; ++i)
        if (index[i] != i) return false;
    return true;
}

namespace {

/// Input pixels per output pixel. A scale factor that the caller gave decides, else the sizes do.
double pixel_scale(int64_t in, int64_t out, bool align_corners, std::optional<double> factor) {
    if (align_corners) return out > 1 ? static_cast<double>(in - 1) / static_cast<double>(out - 1) : 0;
    return factor && *factor > 0 ? 1 / *factor : static_cast<double>(in) / static_cast<double>(out);
}

/// The pixel of [0, last] that a position lies in, or the nearest: a scale factor may put it anywhere, 0 * inf
/// included.
int64_t pixel_at(double position, int64_t last) {
    if (!(position > 0)) return 0;
    return position < static_cast<double>(last) ? static_cast<int64_t>(position) : last;
}

/// Keys' cubic convolution kernel with parameter a.
double cubic_kernel(double x, double a) {
    x = std::abs(x);
    if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
    if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
    return 0;
}

double lanczos_kernel(double x) {
    const auto sinc = [](double v) { return v == 0 ? 1.0 : std::sin(M_PI * v) / (M_PI * v); };
    return std::abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0;
}

/// The filter widens with the scale when shrinking, so that every input pixel counts; weights are normalised.
Taps antialias_taps(int64_t in, int64_t out, double scale, ResizeMode mode) {
    const double support_at_one = mode == ResizeMode::linear_antialias  ? 1
                                  : mode == ResizeMode::cubic_antialias ? 2
                                                                        : 3;
    const double support = support_at_one * std::max(scale, 1.0), shrink = 1 / std::max(scale, 1.0);
    Taps taps{in, out, std::min(in, pixel_at(std::ceil(support), in) * 2 + 1), {}, {}};
    for (int64_t i = 0; i < out; ++i) {
        const double center = scale * (static_cast<double>(i) + 0.5);
        const int64_t first = pixel_at(center - support + 0.5, in);
        const int64_t count = std::clamp<int64_t>(pixel_at(center + support + 0.5, in) - first, 0, taps.width);
        double total = 0;
        const size_t start = taps.weight.size();
        for (int64_t t = 0; t < taps.width; ++t) {
            const double x = (static_cast<double>(t + first) - center + 0.5) * shrink;
            double w = 0;
            if (t < count) {
                w = mode == ResizeMode::linear_antialias  ? std::max(0.0, 1 - std::abs(x))
                    : mode == ResizeMode::cubic_antialias ? cubic_kernel(x, -0.5)
                                                          : lanczos_kernel(x);
            }
            taps.index.push_back(std::clamp<int64_t>(first + t, 0, in - 1));
            taps.weight.push_back(w);
            total += w;
        }
        for (int64_t t = 0; t < taps.width && total != 0; ++t) taps.weight[start + static_cast<size_t>(t)] /= total;
    }
    return taps;
}

/// Where the middle of output pixel i lies in the input. Rounded once, as in PyTorch, whose kernels are compiled with
/// fused multiply-add.
template <class T>
T center(T scale, int64_t i) {
    return std::fma(scale, static_cast<T>(i) + T(0.5), T(-0.5));
}

}  // namespace

template <class T>
Taps make_taps(int64_t in, int64_t out, ResizeMode mode, bool align_corners, std::optional<double> factor) {
    Taps taps{in, out, 1, {}, {}};
    const T scale = static_cast<T>(pixel_scale(in, out, align_corners, factor));
    switch (mode) {
        case ResizeMode::nearest:
        case ResizeMode::nearest_exact: {
            const float step = static_cast<float>(pixel_scale(in, out, false, factor));
            for (int64_t i = 0; i < out; ++i) {
                int64_t at = i;
                if (mode == ResizeMode::nearest_exact) {
                    at = pixel_at((static_cast<float>(i) + 0.5f) * step, in - 1);
                } else if (out == 2 * in) {
                    at = i / 2;
                } else if (out != in) {
                    at = pixel_at(static_cast<float>(i) * step, in - 1);
                }
                taps.index.push_back(std::min(at, in - 1));
                taps.weight.push_back(1);
            }
            return taps;
        }
        case ResizeMode::linear:
            taps.width = 2;
            for (int64_t i = 0; i < out; ++i) {
                T at = align_corners ? scale * static_cast<T>(i) : std::max(T(0), center(scale, i));
                if (in == out) at = static_cast<T>(i);
                const int64_t first = pixel_at(at, in - 1);
                const T second = std::clamp(at - static_cast<T>(first), T(0), T(1));
                taps.index.insert(taps.index.end(), {first, std::min(first + 1, in - 1)});
                taps.weight.insert(taps.weight.end(),
                                   {static_cast<double>(T(1) - second), static_cast<double>(second)});
            }
            return taps;
        case ResizeMode::cubic:
            taps.width = 4;
            for (int64_t i = 0; i < out; ++i) {
                const T at = align_corners ? scale * static_cast<T>(i) : center(scale, i);
                const T floor = std::floor(at), part = at - floor;
                for (const double t : {-1.0, 0.0, 1.0, 2.0}) {
                    taps.index.push_back(pixel_at(static_cast<double>(floor) + t, in - 1));
                    taps.weight.push_back(cubic_kernel(static_cast<double>(part) - t, -0.75));
                }
            }
            return taps;
        default: {
            const double exact = pixel_scale(in, out, align_corners, factor);
            return antialias_taps(in, out, exact, mode);
        }
    }
}

template Taps make_taps<float>(int64_t, int64_t, ResizeMode, bool, std::optional<double>);
template Taps make_taps<double>(int64_t, int64_t, ResizeMode, bool, std::optional<double>);

}  // namespace wick::jit
