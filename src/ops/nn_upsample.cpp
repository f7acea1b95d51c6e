// Resizing of [N, C, spatial…] tensors (torch.nn.functional.interpolate): nearest, linear, cubic and their antialiased
// forms. Every mode is separable: along one dimension an output position is a weighted sum of a few inputs, so a table
// of (inputs, weights) per dimension and one pass over each describe them all.
#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <vector>

#include <wick/support/parallel.h>

#include "ops/families.h"
#include "ops/nn_common.h"
#include "ops/registry.h"

namespace wick::jit {

using namespace ops;

namespace {

enum class Mode { nearest, nearest_exact, linear, cubic, linear_antialias, cubic_antialias, lanczos_antialias };

/// Along one dimension, output i is the sum over t < width of weight[i * width + t] * input[index[i * width + t]].
struct Taps {
    int64_t in = 1, out = 1, width = 1;
    std::vector<int64_t> index;
    std::vector<double> weight;
    bool identity() const {
        if (in != out || width != 1) return false;
        for (int64_t i = 0; i < out; ++i)
            if (index[i] != i) return false;
        return true;
    }
};

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
Taps antialias_taps(int64_t in, int64_t out, double scale, Mode mode) {
    const double support_at_one = mode == Mode::linear_antialias ? 1 : mode == Mode::cubic_antialias ? 2 : 3;
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
                w = mode == Mode::linear_antialias  ? std::max(0.0, 1 - std::abs(x))
                    : mode == Mode::cubic_antialias ? cubic_kernel(x, -0.5)
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

/// T is the type PyTorch computes positions in: that of the data, so that ties fall to the same side.
template <class T>
Taps make_taps(int64_t in, int64_t out, Mode mode, bool align_corners, std::optional<double> factor) {
    Taps taps{in, out, 1, {}, {}};
    const T scale = static_cast<T>(pixel_scale(in, out, align_corners, factor));
    switch (mode) {
        case Mode::nearest:
        case Mode::nearest_exact: {
            const float step = static_cast<float>(pixel_scale(in, out, false, factor));
            for (int64_t i = 0; i < out; ++i) {
                int64_t at = i;
                if (mode == Mode::nearest_exact) {
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
        case Mode::linear:
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
        case Mode::cubic:
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

/// One dimension of x[outer, in, inner]. The last dimension (inner 1) gathers; others join whole rows.
template <class T>
void resize_dimension(const Taps& taps, int64_t outer, int64_t inner, const T* x, T* y) {
    const std::vector<T> weight(taps.weight.begin(), taps.weight.end());
    const int64_t grain = std::max<int64_t>(1, 16384 / (taps.out * inner * taps.width + 1));
    parallel_for(0, outer, grain, [&](int64_t begin, int64_t end) {
        for (int64_t o = begin; o < end; ++o) {
            const T* from = x + o * taps.in * inner;
            T* to = y + o * taps.out * inner;
            for (int64_t i = 0; i < taps.out; ++i) {
                const int64_t* index = &taps.index[static_cast<size_t>(i * taps.width)];
                const T* w = &weight[static_cast<size_t>(i * taps.width)];
                if (inner == 1) {
                    T sum = w[0] * from[index[0]];
                    for (int64_t t = 1; t < taps.width; ++t) sum += w[t] * from[index[t]];
                    to[i] = sum;
                    continue;
                }
                T* row = to + i * inner;
                const T* first = from + index[0] * inner;
                if (taps.width == 2) {
                    const T* second = from + index[1] * inner;
                    for (int64_t j = 0; j < inner; ++j) row[j] = w[0] * first[j] + w[1] * second[j];
                    continue;
                }
                for (int64_t j = 0; j < inner; ++j) row[j] = w[0] * first[j];
                for (int64_t t = 1; t < taps.width; ++t) {
                    if (w[t] == T(0)) continue;
                    const T* source = from + index[t] * inner;
                    for (int64_t j = 0; j < inner; ++j) row[j] += w[t] * source[j];
                }
            }
        }
    });
}

/// The transpose of resize_dimension: x[outer, in, inner] += what each output took, times its weight.
template <class T>
void spread_dimension(const Taps& taps, int64_t outer, int64_t inner, const T* y, T* x) {
    const int64_t grain = std::max<int64_t>(1, 16384 / (taps.out * inner * taps.width + 1));
    parallel_for(0, outer, grain, [&](int64_t begin, int64_t end) {
        for (int64_t o = begin; o < end; ++o) {
            for (int64_t i = 0; i < taps.out; ++i) {
                const T* from = y + (o * taps.out + i) * inner;
                for (int64_t t = i * taps.width; t < (i + 1) * taps.width; ++t) {
                    const T w = static_cast<T>(taps.weight[static_cast<size_t>(t)]);
                    if (w == T(0)) continue;
                    T* to = x + (o * taps.in + taps.index[static_cast<size_t>(t)]) * inner;
                    for (int64_t j = 0; j < inner; ++j) to[j] += w * from[j];
                }
            }
        }
    });
}

/// Copies elements of any type: a nearest neighbour is no sum.
template <class T>
void pick_nearest(const std::vector<Taps>& taps, int64_t planes, const T* x, T* y) {
    const auto at = [&](size_t from_end) -> const Taps* {
        return from_end < taps.size() ? &taps[taps.size() - 1 - from_end] : nullptr;
    };
    const Taps *width = at(0), *height = at(1), *depth = at(2);
    const int64_t out_h = height ? height->out : 1, out_d = depth ? depth->out : 1, in_h = height ? height->in : 1,
                  in_d = depth ? depth->in : 1;
    const int64_t rows = out_d * out_h;
    parallel_for(0, planes * rows, std::max<int64_t>(1, 16384 / width->out), [&](int64_t begin, int64_t end) {
        for (int64_t r = begin; r < end; ++r) {
            const int64_t plane = r / rows, d = r % rows / out_h, h = r % out_h;
            const T* from =
                x +
                ((plane * in_d + (depth ? depth->index[d] : 0)) * in_h + (height ? height->index[h] : 0)) * width->in;
            T* to = y + r * width->out;
            for (int64_t j = 0; j < width->out; ++j) to[j] = from[width->index[j]];
        }
    });
}

using Factors = std::vector<std::optional<double>>;

Tensor resize_to(const Tensor& input, const IntList& output_size, const Factors& factors, Mode mode, bool align_corners,
                 int64_t n) {
    WICK_CHECK(input.dim() == n + 2, "It is expected input_size equals to {}, but got size {}", n + 2, input.dim());
    WICK_CHECK(static_cast<int64_t>(output_size.size()) == n,
               "It is expected output_size equals to {}, but got size {}", n, output_size.size());
    DimVector sizes(input.sizes());
    for (int64_t i = 0; i < n; ++i) {
        WICK_CHECK(sizes[2 + i] > 0 && output_size[i] > 0,
                   "Input and output sizes should be greater than 0, but got input {} and output {}",
                   format_sizes(input.sizes().slice(2)), format_sizes(output_size));
        sizes[2 + i] = output_size[i];
    }
    checked_numel(sizes);
    const int64_t planes = input.size(0) * input.size(1);
    const auto table = [&]<class T>() {
        std::vector<Taps> taps;
        for (int64_t i = 0; i < n; ++i)
            taps.push_back(
                make_taps<T>(input.size(2 + i), sizes[2 + i], mode, align_corners, factors[static_cast<size_t>(i)]));
        return taps;
    };
    if (mode == Mode::nearest || mode == Mode::nearest_exact) {
        const Tensor x = contiguous(input), out = empty(sizes, input.dtype());
        dispatch_dtype(input.dtype(), [&]<class T>() {
            pick_nearest<T>(table.template operator()<float>(), planes, x.data<T>(), out.mutable_data<T>());
        });
        return out;
    }
    Tensor x = input.dtype() == DType::uint8 ? contiguous(to_dtype(input, DType::float32)) : compute_input(input);
    dispatch_float(x.dtype(), "upsample", [&]<class T>() {
        const std::vector<Taps> taps = table.template operator()<T>();
        DimVector now(input.sizes());
        for (int64_t d = n; d-- > 0;) {
            if (taps[static_cast<size_t>(d)].identity()) continue;
            int64_t outer = planes, inner = 1;
            for (int64_t i = 0; i < d; ++i) outer *= now[2 + i];
            for (int64_t i = d + 1; i < n; ++i) inner *= now[2 + i];
            now[2 + d] = sizes[2 + d];
            const Tensor next = empty(now, x.dtype());
            resize_dimension<T>(taps[static_cast<size_t>(d)], outer, inner, x.data<T>(), next.mutable_data<T>());
            x = next;
        }
    });
    if (input.dtype() == DType::uint8) {
        const Tensor out = empty(sizes, DType::uint8);
        for (int64_t i = 0; i < x.numel(); ++i)
            out.mutable_data<uint8_t>()[i] =
                static_cast<uint8_t>(std::clamp(std::nearbyint(x.data<float>()[i]), 0.0f, 255.0f));
        return out;
    }
    const Tensor result = to_dtype(x, input.dtype());
    return result.is_same(input) ? clone(result, MemoryFormat::contiguous) : result;
}

/// For gradients: the mode by its number in `Mode`, and a factor per dimension, 0 where the sizes decide.
struct Resizing {
    Resizing(const std::vector<double>& factors_given, int64_t mode_number)
        : factors(factors_given.begin(), factors_given.end()), mode{static_cast<int>(mode_number)} {
        WICK_CHECK(mode_number >= 0 && mode_number <= static_cast<int64_t>(Mode::lanczos_antialias),
                   "unknown resizing mode {}", mode_number);
    }
    Factors factors;
    Mode mode;
};

Tensor resize_by_mode(const Tensor& self, const IntList& output_size, const std::vector<double>& factors, int64_t mode,
                      bool align_corners) {
    const Resizing how(factors, mode);
    WICK_CHECK(factors.size() == output_size.size(), "expected a factor per dimension");
    return resize_to(self, output_size, how.factors, how.mode, align_corners, static_cast<int64_t>(output_size.size()));
}

Tensor resize_backward(const Tensor& grad_output, const IntList& input_size, const std::vector<double>& factors,
                       int64_t mode, bool align_corners) {
    const Resizing how(factors, mode);
    const auto n = static_cast<int64_t>(factors.size());
    WICK_CHECK(grad_output.dim() == n + 2 && static_cast<int64_t>(input_size.size()) == n + 2 &&
                   grad_output.size(0) == input_size[0] && grad_output.size(1) == input_size[1],
               "a gradient of size {} does not fit an input of size {}", format_sizes(grad_output.sizes()),
               format_sizes(input_size));
    const int64_t planes = input_size[0] * input_size[1];
    Tensor y = compute_input(grad_output);
    dispatch_float(y.dtype(), "upsample_backward", [&]<class T>() {
        DimVector now(grad_output.sizes());
        for (int64_t d = 0; d < n; ++d) {
            const Taps taps = make_taps<T>(input_size[2 + d], now[2 + d], how.mode, align_corners,
                                           how.factors[static_cast<size_t>(d)]);
            if (taps.identity()) continue;
            int64_t outer = planes, inner = 1;
            for (int64_t i = 0; i < d; ++i) outer *= now[2 + i];
            for (int64_t i = d + 1; i < n; ++i) inner *= now[2 + i];
            now[2 + d] = input_size[2 + d];
            const Tensor next = zeros(now, y.dtype());
            spread_dimension<T>(taps, outer, inner, y.data<T>(), next.mutable_data<T>());
            y = next;
        }
    });
    return to_dtype(y, grad_output.dtype());
}

/// The derivative of an upsampling operator; texts outlive the registry.
std::string_view gradient_text(std::string_view input, std::string_view factors, Mode mode, bool takes_corners) {
    static auto* const kept = new std::deque<std::string>();
    return kept->emplace_back(fmt::format("ops.wick.resize_backward(grad, {}.size(), {}, {}, {})", input, factors,
                                          static_cast<int>(mode), takes_corners ? "align_corners" : "False"));
}

/// Its factors, from the arguments that hold them.
std::string scales_of(std::initializer_list<std::string_view> names) {
    std::string list;
    for (std::string_view name : names) list += fmt::format("{0} if {0} is not None else 0.0, ", name);
    return "[" + list + "]";
}
std::string scales_of_list(int64_t n) {
    return fmt::format("scale_factors if scale_factors is not None else [0.0] * {}", n);
}

/// The `.vec` overloads: a size or a factor per dimension.
Tensor resize_by(const Tensor& input, const std::optional<IntList>& output_size,
                 const std::optional<std::vector<double>>& scale_factors, Mode mode, bool align_corners, int64_t n) {
    WICK_CHECK(output_size.has_value() != scale_factors.has_value(),
               "Must specify exactly one of output_size and scale_factors");
    if (output_size)
        return resize_to(input, expand_list(*output_size, n, "upsample", "output_size"),
                         Factors(static_cast<size_t>(n)), mode, align_corners, n);
    WICK_CHECK(input.dim() == n + 2 && static_cast<int64_t>(scale_factors->size()) == n,
               "It is expected input_size equals to {}, but got size {}", n + 2, input.dim());
    IntList sizes;
    Factors factors;
    for (int64_t i = 0; i < n; ++i) {
        const double factor = (*scale_factors)[static_cast<size_t>(i)],
                     size = static_cast<double>(input.size(2 + i)) * factor;
        WICK_CHECK(size >= 0 && size < 9e15, "upsample: scale factor {} is out of range", factor);
        sizes.push_back(static_cast<int64_t>(size));
        factors.push_back(factor);
    }
    return resize_to(input, sizes, factors, mode, align_corners, n);
}

using Scale = std::optional<double>;
using OptionalSize = std::optional<IntList>;
using OptionalFactors = std::optional<std::vector<double>>;

template <Mode mode, int64_t n>
Tensor plain_vec(const Tensor& input, const OptionalSize& output_size, const OptionalFactors& factors) {
    return resize_by(input, output_size, factors, mode, false, n);
}
template <Mode mode, int64_t n>
Tensor corners_vec(const Tensor& input, const OptionalSize& output_size, bool align_corners,
                   const OptionalFactors& factors) {
    return resize_by(input, output_size, factors, mode, align_corners, n);
}
template <Mode mode>
Tensor plain1(const Tensor& self, const IntList& size, Scale w) {
    return resize_to(self, size, {w}, mode, false, 1);
}
template <Mode mode>
Tensor plain2(const Tensor& self, const IntList& size, Scale h, Scale w) {
    return resize_to(self, size, {h, w}, mode, false, 2);
}
template <Mode mode>
Tensor plain3(const Tensor& self, const IntList& size, Scale d, Scale h, Scale w) {
    return resize_to(self, size, {d, h, w}, mode, false, 3);
}
Tensor linear1(const Tensor& self, const IntList& size, bool corners, Scale w) {
    return resize_to(self, size, {w}, Mode::linear, corners, 1);
}
template <Mode mode>
Tensor corners2(const Tensor& self, const IntList& size, bool corners, Scale h, Scale w) {
    return resize_to(self, size, {h, w}, mode, corners, 2);
}
Tensor linear3(const Tensor& self, const IntList& size, bool corners, Scale d, Scale h, Scale w) {
    return resize_to(self, size, {d, h, w}, Mode::linear, corners, 3);
}

}  // namespace

void register_nn_upsample(Registry& ops) {
    ops.add("wick::resize(Tensor self, int[] output_size, float[] factors, int mode, bool align_corners) -> Tensor")
        .kernel(&resize_by_mode)
        .derivative("self", "ops.wick.resize_backward(grad, self.size(), factors, mode, align_corners)");
    ops.add(
           "wick::resize_backward(Tensor grad_output, int[] input_size, float[] factors, int mode, bool align_corners) "
           "-> Tensor")
        .kernel(&resize_backward)
        .derivative("grad_output", "ops.wick.resize(grad, grad_output.size()[2:], factors, mode, align_corners)");
    const auto add_nearest = [&](std::string_view name, Mode mode, auto one, auto two, auto three, auto vec1, auto vec2,
                                 auto vec3) {
        // Overloads are tried in order, and PyTorch has these first.
        constexpr std::string_view kVec =
            "aten::{}{}d.vec(Tensor input, SymInt[]? output_size, float[]? scale_factors) -> Tensor";
        ops.add(fmt::format(fmt::runtime(kVec), name, 1))
            .kernel(vec1)
            .derivative("input", gradient_text("input", scales_of_list(1), mode, false));
        ops.add(fmt::format(fmt::runtime(kVec), name, 2))
            .kernel(vec2)
            .derivative("input", gradient_text("input", scales_of_list(2), mode, false));
        ops.add(fmt::format(fmt::runtime(kVec), name, 3))
            .kernel(vec3)
            .derivative("input", gradient_text("input", scales_of_list(3), mode, false));
        ops.add(fmt::format("aten::{}1d(Tensor self, SymInt[1] output_size, float? scales=None) -> Tensor", name))
            .kernel(one)
            .out()
            .derivative("self", gradient_text("self", scales_of({"scales"}), mode, false));
        ops
            .add(fmt::format(
                "aten::{}2d(Tensor self, SymInt[2] output_size, float? scales_h=None, float? scales_w=None) -> Tensor",
                name))
            .kernel(two)
            .out()
            .derivative("self", gradient_text("self", scales_of({"scales_h", "scales_w"}), mode, false));
        ops.add(fmt::format(
                    "aten::{}3d(Tensor self, SymInt[3] output_size, float? scales_d=None, float? scales_h=None, float? "
                    "scales_w=None) -> Tensor",
                    name))
            .kernel(three)
            .out()
            .derivative("self", gradient_text("self", scales_of({"scales_d", "scales_h", "scales_w"}), mode, false));
    };
    add_nearest("upsample_nearest", Mode::nearest, &plain1<Mode::nearest>, &plain2<Mode::nearest>,
                &plain3<Mode::nearest>, &plain_vec<Mode::nearest, 1>, &plain_vec<Mode::nearest, 2>,
                &plain_vec<Mode::nearest, 3>);
    add_nearest("_upsample_nearest_exact", Mode::nearest_exact, &plain1<Mode::nearest_exact>,
                &plain2<Mode::nearest_exact>, &plain3<Mode::nearest_exact>, &plain_vec<Mode::nearest_exact, 1>,
                &plain_vec<Mode::nearest_exact, 2>, &plain_vec<Mode::nearest_exact, 3>);
    constexpr std::string_view kVec =
        "aten::{}.vec(Tensor input, SymInt[]? output_size, bool align_corners, float[]? scale_factors) -> Tensor";
    ops.add(fmt::format(fmt::runtime(kVec), "upsample_linear1d"))
        .kernel(&corners_vec<Mode::linear, 1>)
        .derivative("input", gradient_text("input", scales_of_list(1), Mode::linear, true));
    ops.add(fmt::format(fmt::runtime(kVec), "upsample_trilinear3d"))
        .kernel(&corners_vec<Mode::linear, 3>)
        .derivative("input", gradient_text("input", scales_of_list(3), Mode::linear, true));
    ops.add(
           "aten::upsample_linear1d(Tensor self, SymInt[1] output_size, bool align_corners, float? scales=None) -> "
           "Tensor")
        .kernel(&linear1)
        .out()
        .derivative("self", gradient_text("self", scales_of({"scales"}), Mode::linear, true));
    ops.add(
           "aten::upsample_trilinear3d(Tensor self, SymInt[3] output_size, bool align_corners, float? scales_d=None, "
           "float? "
           "scales_h=None, float? scales_w=None) -> Tensor")
        .kernel(&linear3)
        .out()
        .derivative("self", gradient_text("self", scales_of({"scales_d", "scales_h", "scales_w"}), Mode::linear, true));
    const auto add_2d = [&](std::string_view name, Mode mode, auto plain, auto vec) {
        ops.add(fmt::format(fmt::runtime(kVec), name))
            .kernel(vec)
            .derivative("input", gradient_text("input", scales_of_list(2), mode, true));
        ops.add(fmt::format("aten::{}(Tensor self, SymInt[2] output_size, bool align_corners, float? scales_h=None, "
                            "float? scales_w=None) "
                            "-> Tensor",
                            name))
            .kernel(plain)
            .out()
            .derivative("self", gradient_text("self", scales_of({"scales_h", "scales_w"}), mode, true));
    };
    add_2d("upsample_bilinear2d", Mode::linear, &corners2<Mode::linear>, &corners_vec<Mode::linear, 2>);
    add_2d("upsample_bicubic2d", Mode::cubic, &corners2<Mode::cubic>, &corners_vec<Mode::cubic, 2>);
    add_2d("_upsample_bilinear2d_aa", Mode::linear_antialias, &corners2<Mode::linear_antialias>,
           &corners_vec<Mode::linear_antialias, 2>);
    add_2d("_upsample_bicubic2d_aa", Mode::cubic_antialias, &corners2<Mode::cubic_antialias>,
           &corners_vec<Mode::cubic_antialias, 2>);
    add_2d("_upsample_lanczos2d_aa", Mode::lanczos_antialias, &corners2<Mode::lanczos_antialias>,
           &corners_vec<Mode::lanczos_antialias, 2>);
}

}  // namespace wick::jit
