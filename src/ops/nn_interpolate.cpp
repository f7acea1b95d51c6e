// torch.nn.functional.interpolate and its older names as operators, as early archives call them.

#include "ops/nn_common.h"
#include "ops/registry.h"

namespace wick::jit {

using namespace ops;

namespace {

constexpr std::string_view kNearest = "nearest";

/// One number for every spatial dimension, or a list of them.
template <class List>
std::optional<List> per_dimension(const IValue& value, size_t n, std::string_view name) {
    if (value.is_none()) return std::nullopt;
    List list;
    if (value.is_list()) {
        const SharedRead guard(value.to_list());
        for (const IValue& item : value.to_list().items) list.push_back(Unbox<typename List::value_type>::from(item));
    } else {
        for (size_t i = 0; i < n; ++i) list.push_back(Unbox<typename List::value_type>::from(value));
    }
    WICK_CHECK(list.size() == n,
               "Input and {} must have the same number of spatial dimensions, but got input with {} spatial dimensions "
               "and {} of length {}",
               name, n, name, list.size());
    return list;
}

/// The upsampling operator of a mode in n dimensions, or "".
std::string operator_of(std::string_view mode, size_t n, bool antialias) {
    const std::string_view aa = antialias ? "_aa" : "";
    const std::string_view hidden = antialias ? "_" : "";
    if (mode == kNearest && !antialias) return fmt::format("upsample_nearest{}d", n);
    if (mode == "nearest-exact" && !antialias) return fmt::format("_upsample_nearest_exact{}d", n);
    if (mode == "linear" && n == 1 && !antialias) return "upsample_linear1d";
    if (mode == "bilinear" && n == 2) return fmt::format("{}upsample_bilinear2d{}", hidden, aa);
    if (mode == "trilinear" && n == 3 && !antialias) return "upsample_trilinear3d";
    if (mode == "bicubic" && n == 2) return fmt::format("{}upsample_bicubic2d{}", hidden, aa);
    return "";
}

Tensor adaptive_average(const Tensor& input, const IntList& size) {
    return call_operator(fmt::format("aten::adaptive_avg_pool{}d", size.size()),
                         {input, IValue(ArrayRef<int64_t>(size).vec())})
        .to_tensor();
}

Tensor interpolate(const Tensor& input, const IValue& size, const IValue& scale_factor, std::string_view mode,
                   std::optional<bool> align_corners, std::optional<bool> recompute_scale_factor, bool antialias) {
    WICK_CHECK(input.dim() >= 3 && input.dim() <= 5,
               "Input Error: Only 3D, 4D and 5D input Tensors supported (got {}D) for the modes: nearest | linear | "
               "bilinear | bicubic | trilinear | area | nearest-exact (got {})",
               input.dim(), mode);
    const size_t n = static_cast<size_t>(input.dim()) - 2;
    std::optional<IntList> sizes = per_dimension<IntList>(size, n, "output_size");
    std::optional<std::vector<double>> factors = per_dimension<std::vector<double>>(scale_factor, n, "scale_factor");
    WICK_CHECK(sizes || factors, "either size or scale_factor should be defined");
    WICK_CHECK(!sizes || !factors, "only one of size or scale_factor should be defined");
    const bool has_corners = mode != kNearest && mode != "area" && mode != "nearest-exact";
    WICK_CHECK(
        has_corners || !align_corners,
        "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear");
    const bool recompute = recompute_scale_factor.value_or(false);
    WICK_CHECK(!recompute || !sizes, "recompute_scale_factor is not meaningful with an explicit size.");
    if (factors && (recompute || mode == "area")) {
        // The sizes are rounded down first, and the operator derives the factors from them.
        sizes.emplace();
        for (size_t i = 0; i < n; ++i) {
            const double length = static_cast<double>(input.size(static_cast<int64_t>(i) + 2)) * (*factors)[i];
            WICK_CHECK(length >= 0 && length < 0x1p53, "scale factor {} is out of range", (*factors)[i]);
            sizes->push_back(static_cast<int64_t>(length));
        }
        factors.reset();
    }
    if (mode == "area") return adaptive_average(input, *sizes);

    const std::string op = operator_of(mode, n, antialias);
    WICK_CHECK(!op.empty(), "Got {}D input, but {}mode '{}' does not take it", input.dim(),
               antialias ? "antialiased " : "", mode);
    std::vector<IValue> arguments = {input, sizes ? IValue(ArrayRef<int64_t>(*sizes).vec()) : IValue()};
    if (has_corners) arguments.emplace_back(align_corners.value_or(false));
    arguments.push_back(factors ? IValue(*factors) : IValue());
    return call_operator(fmt::format("aten::{}.vec", op), std::move(arguments)).to_tensor();
}

}  // namespace

void register_nn_interpolate(Registry& ops) {
    struct Overload {
        const char* suffix;
        const char* size;
        const char* factor;
    };
    constexpr Overload kOverloads[] = {{".scale_list", "int? size=None", "float[]? scale_factor=None"},
                                       {".size_list_scale_list", "int[]? size=None", "float[]? scale_factor=None"},
                                       {"", "int? size=None", "float? scale_factor=None"},
                                       {".size_list", "int[]? size=None", "float? scale_factor=None"}};
    for (const auto& [suffix, size, factor] : kOverloads) {
        ops.add(fmt::format("aten::__interpolate{}(Tensor input, {}, {}, str mode=\"nearest\", bool? "
                            "align_corners=None, bool? recompute_scale_factor=None, bool antialias=False) -> Tensor",
                            suffix, size, factor))
            .kernel(&interpolate)
            .differentiated_by_parts();
    }
    for (const char* overload : {"", ".size_list"}) {
        const char* size = *overload ? "int[]? size=None" : "int? size=None";
        ops.add(fmt::format("aten::__upsample{}(Tensor input, {}, int? scale_factor=None, str mode=\"nearest\", bool? "
                            "align_corners=None) -> Tensor",
                            overload, size))
            .kernel([](const Tensor& input, const IValue& size, const IValue& factor, std::string_view mode,
                       std::optional<bool> align_corners) {
                return interpolate(input, size, factor, mode, align_corners, std::nullopt, false);
            })
            .differentiated_by_parts();
        ops.add(fmt::format("aten::__upsample_nearest{}(Tensor input, {}, int? scale_factor=None) -> Tensor", overload,
                            size))
            .kernel([](const Tensor& input, const IValue& size, const IValue& factor) {
                return interpolate(input, size, factor, kNearest, std::nullopt, std::nullopt, false);
            })
            .differentiated_by_parts();
    }
    constexpr Overload kBilinear[] = {{"", "int? size=None", "int? scale_factor=None"},
                                      {".size_list", "int[]? size=None", "int? scale_factor=None"},
                                      {".scale_list", "int? size=None", "int[]? scale_factor=None"},
                                      {".size_list_scale_list", "int[]? size=None", "int[]? scale_factor=None"}};
    for (const auto& [suffix, size, factor] : kBilinear) {
        ops.add(fmt::format("aten::__upsample_bilinear{}(Tensor input, {}, {}) -> Tensor", suffix, size, factor))
            .kernel([](const Tensor& input, const IValue& size, const IValue& factor) {
                return interpolate(input, size, factor, "bilinear", true, std::nullopt, false);
            })
            .differentiated_by_parts();
    }
}

}  // namespace wick::jit
