// Resizing of [N, C, spatial…] tensors (torch.nn.functional.interpolate): nearest, linear, cubic and their antialiased
// forms, each a pass over one dimension after the other by a table of taps.

#include "ops/nn_upsample.h"

#include <algorithm>
#include <cmath>
#include <deque>

#include <wick/support/parallel.h>

#include "ops/families.h"
#include "ops/nn_common.h"
#include "ops/registry.h"

namespace wick::jit {

using namespace ops;

namespace {

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

Tensor resize_to(const Tensor& input, const IntList& output_size, const Factors& factors, ResizeMode mode,
                 bool align_corners, int64_t n) {
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
    if (mode == ResizeMode::nearest || mode == ResizeMode::nearest_exact) {
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

/// For gradients: the mode by its number in `ResizeMode`, and a factor per dimension, 0 where the sizes decide.
struct Resizing {
    Resizing(const std::vector<double>& factors_given, int64_t mode_number)
        : factors(factors_given.begin(), factors_given.end()), mode{static_cast<int>(mode_number)} {
        WICK_CHECK(mode_number >= 0 && mode_number <= static_cast<int64_t>(ResizeMode::lanczos_antialias),
                   "unknown resizing mode {}", mode_number);
    }
    Factors factors;
    ResizeMode mode;
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
std::string_view gradient_text(std::string_view input, std::string_view factors, ResizeMode mode, bool takes_corners) {
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
                 const std::optional<std::vector<double>>& scale_factors, ResizeMode mode, bool align_corners,
                 int64_t n) {
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

template <ResizeMode mode, int64_t n>
Tensor plain_vec(const Tensor& input, const OptionalSize& output_size, const OptionalFactors& factors) {
    return resize_by(input, output_size, factors, mode, false, n);
}
template <ResizeMode mode, int64_t n>
Tensor corners_vec(const Tensor& input, const OptionalSize& output_size, bool align_corners,
                   const OptionalFactors& factors) {
    return resize_by(input, output_size, factors, mode, align_corners, n);
}
template <ResizeMode mode>
Tensor plain1(const Tensor& self, const IntList& size, Scale w) {
    return resize_to(self, size, {w}, mode, false, 1);
}
template <ResizeMode mode>
Tensor plain2(const Tensor& self, const IntList& size, Scale h, Scale w) {
    return resize_to(self, size, {h, w}, mode, false, 2);
}
template <ResizeMode mode>
Tensor plain3(const Tensor& self, const IntList& size, Scale d, Scale h, Scale w) {
    return resize_to(self, size, {d, h, w}, mode, false, 3);
}
Tensor linear1(const Tensor& self, const IntList& size, bool corners, Scale w) {
    return resize_to(self, size, {w}, ResizeMode::linear, corners, 1);
}
template <ResizeMode mode>
Tensor corners2(const Tensor& self, const IntList& size, bool corners, Scale h, Scale w) {
    return resize_to(self, size, {h, w}, mode, corners, 2);
}
Tensor linear3(const Tensor& self, const IntList& size, bool corners, Scale d, Scale h, Scale w) {
    return resize_to(self, size, {d, h, w}, ResizeMode::linear, corners, 3);
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
    const auto add_nearest = [&](std::string_view name, ResizeMode mode, auto one, auto two, auto three, auto vec1,
                                 auto vec2, auto vec3) {
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
        ops.add(fmt::format("aten::{}3d(Tensor self, SymInt[3] output_size, float? scales_d=None, float? "
                            "scales_h=None, float? scales_w=None) -> Tensor",
                            name))
            .kernel(three)
            .out()
            .derivative("self", gradient_text("self", scales_of({"scales_d", "scales_h", "scales_w"}), mode, false));
    };
    add_nearest("upsample_nearest", ResizeMode::nearest, &plain1<ResizeMode::nearest>, &plain2<ResizeMode::nearest>,
                &plain3<ResizeMode::nearest>, &plain_vec<ResizeMode::nearest, 1>, &plain_vec<ResizeMode::nearest, 2>,
                &plain_vec<ResizeMode::nearest, 3>);
    add_nearest("_upsample_nearest_exact", ResizeMode::nearest_exact, &plain1<ResizeMode::nearest_exact>,
                &plain2<ResizeMode::nearest_exact>, &plain3<ResizeMode::nearest_exact>,
                &plain_vec<ResizeMode::nearest_exact, 1>, &plain_vec<ResizeMode::nearest_exact, 2>,
                &plain_vec<ResizeMode::nearest_exact, 3>);
    constexpr std::string_view kVec =
        "aten::{}.vec(Tensor input, SymInt[]? output_size, bool align_corners, float[]? scale_factors) -> Tensor";
    ops.add(fmt::format(fmt::runtime(kVec), "upsample_linear1d"))
        .kernel(&corners_vec<ResizeMode::linear, 1>)
        .derivative("input", gradient_text("input", scales_of_list(1), ResizeMode::linear, true));
    ops.add(fmt::format(fmt::runtime(kVec), "upsample_trilinear3d"))
        .kernel(&corners_vec<ResizeMode::linear, 3>)
        .derivative("input", gradient_text("input", scales_of_list(3), ResizeMode::linear, true));
    ops.add(
           "aten::upsample_linear1d(Tensor self, SymInt[1] output_size, bool align_corners, float? scales=None) -> "
           "Tensor")
        .kernel(&linear1)
        .out()
        .derivative("self", gradient_text("self", scales_of({"scales"}), ResizeMode::linear, true));
    ops.add(
           "aten::upsample_trilinear3d(Tensor self, SymInt[3] output_size, bool align_corners, float? scales_d=None, "
           "float? scales_h=None, float? scales_w=None) -> Tensor")
        .kernel(&linear3)
        .out()
        .derivative("self",
                    gradient_text("self", scales_of({"scales_d", "scales_h", "scales_w"}), ResizeMode::linear, true));
    const auto add_2d = [&](std::string_view name, ResizeMode mode, auto plain, auto vec) {
        ops.add(fmt::format(fmt::runtime(kVec), name))
            .kernel(vec)
            .derivative("input", gradient_text("input", scales_of_list(2), mode, true));
        ops.add(fmt::format("aten::{}(Tensor self, SymInt[2] output_size, bool align_corners, float? scales_h=None, "
                            "float? scales_w=None) -> Tensor",
                            name))
            .kernel(plain)
            .out()
            .derivative("self", gradient_text("self", scales_of({"scales_h", "scales_w"}), mode, true));
    };
    add_2d("upsample_bilinear2d", ResizeMode::linear, &corners2<ResizeMode::linear>,
           &corners_vec<ResizeMode::linear, 2>);
    add_2d("upsample_bicubic2d", ResizeMode::cubic, &corners2<ResizeMode::cubic>, &corners_vec<ResizeMode::cubic, 2>);
    add_2d("_upsample_bilinear2d_aa", ResizeMode::linear_antialias, &corners2<ResizeMode::linear_antialias>,
           &corners_vec<ResizeMode::linear_antialias, 2>);
    add_2d("_upsample_bicubic2d_aa", ResizeMode::cubic_antialias, &corners2<ResizeMode::cubic_antialias>,
           &corners_vec<ResizeMode::cubic_antialias, 2>);
    add_2d("_upsample_lanczos2d_aa", ResizeMode::lanczos_antialias, &corners2<ResizeMode::lanczos_antialias>,
           &corners_vec<ResizeMode::lanczos_antialias, 2>);
}

}  // namespace wick::jit
