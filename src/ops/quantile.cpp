// Quantiles of rows, with PyTorch's five ways to settle between two neighbours.

#include <algorithm>
#include <cmath>

#include "ops/registry.h"
#include "ops/rows.h"

namespace wick::jit {
namespace {

using namespace ops;

/// Value at fraction q of n rising numbers (n > 0).
template <class T>
T value_at(const T* sorted, int64_t n, T q, std::string_view interpolation) {
    const T rank = q * static_cast<T>(n - 1);
    if (interpolation == "lower") return sorted[static_cast<int64_t>(std::floor(rank))];
    if (interpolation == "higher") return sorted[static_cast<int64_t>(std::ceil(rank))];
    if (interpolation == "nearest") return sorted[static_cast<int64_t>(std::nearbyint(rank))];
    const int64_t below = static_cast<int64_t>(rank);
    const T weight = interpolation == "midpoint" ? T(0.5) : rank - static_cast<T>(below);
    const int64_t above = static_cast<int64_t>(std::ceil(rank));
    const T low = sorted[below], high = sorted[above];
    // From the nearer end, so that weights 0 and 1 give the values themselves.
    return weight < T(0.5) ? low + weight * (high - low) : high - (high - low) * (1 - weight);
}

Tensor quantile(const Tensor& self, const Tensor& q, std::optional<int64_t> dim, bool keepdim,
                std::string_view interpolation, bool skip_nan) {
    constexpr std::string_view kModes[] = {"linear", "lower", "higher", "midpoint", "nearest"};
    WICK_CHECK(self.numel() > 0, "quantile() input tensor must be non-empty");
    WICK_CHECK(q.dim() <= 1, "quantile() q must be a scalar or 1D tensor");
    WICK_CHECK(self.dtype() == DType::float32 || self.dtype() == DType::float64,
               "quantile() input tensor must be either float or double dtype");
    WICK_CHECK(q.dtype() == self.dtype(), "quantile() q tensor must be same dtype as the input tensor");
    WICK_CHECK(std::ranges::find(kModes, interpolation) != std::end(kModes),
               "quantile() interpolation must be one of linear, lower, higher, midpoint or nearest, but got {}",
               interpolation);
    const Rows rows(dim ? self : reshape(self, {-1}), dim.value_or(0));
    const Tensor fractions = contiguous(q);
    const int64_t count = q.numel();
    // [count, rows]: the fractions come first in the result.
    Tensor result = empty({count, rows.count}, self.dtype());
    const auto run = [&]<class T>() {
        for (int64_t k = 0; k < count; ++k) {
            const T fraction = fractions.data<T>()[k];
            WICK_CHECK(fraction >= 0 && fraction <= 1, "quantile() q values must be in the range [0, 1]");
        }
        T* to = result.mutable_data<T>();
        rows.for_each([&](int64_t r) {
            const T* row = rows.dense.data<T>() + r * rows.length;
            std::vector<T> sorted;
            for (int64_t i = 0; i < rows.length; ++i)
                if (!is_nan_value(row[i])) sorted.push_back(row[i]);
            const int64_t n = static_cast<int64_t>(sorted.size());
            const bool is_nan = n == 0 || (!skip_nan && n < rows.length);
            std::sort(sorted.begin(), sorted.end());
            for (int64_t k = 0; k < count; ++k)
                to[k * rows.count + r] = is_nan ? std::numeric_limits<T>::quiet_NaN()
                                                : value_at(sorted.data(), n, fractions.data<T>()[k], interpolation);
        });
    };
    self.dtype() == DType::float32 ? run.template operator()<float>() : run.template operator()<double>();
    DimVector sizes;
    if (q.dim() == 1) sizes.push_back(count);
    for (int64_t d = 0; d < self.dim(); ++d) {
        if (dim && d != rows.dim) sizes.push_back(self.size(d));
        if (keepdim && (!dim || d == rows.dim)) sizes.push_back(1);
    }
    return view(result, sizes);
}

template <bool kSkipNan>
Tensor quantile_tensor(const Tensor& self, const Tensor& q, std::optional<int64_t> dim, bool keepdim,
                       std::string_view interpolation) {
    return quantile(self, q, dim, keepdim, interpolation, kSkipNan);
}
template <bool kSkipNan>
Tensor quantile_scalar(const Tensor& self, double q, std::optional<int64_t> dim, bool keepdim,
                       std::string_view interpolation) {
    WICK_CHECK(q >= 0 && q <= 1, "quantile() q must be in the range [0, 1] but got {}", q);
    return quantile(self, full({}, q, self.dtype()), dim, keepdim, interpolation, kSkipNan);
}

}  // namespace

void register_quantile(Registry& ops) {
    // NaNs are sorted to the end: a row that has one ends with its own result.
    ops.add(
           "wick::quantile_by_sorting(Tensor self, Tensor q, int? dim, bool keepdim, str interpolation, bool skip_nan) "
           "-> Tensor")
        .composite(R"(
def quantile_by_sorting(self: Tensor, q: Tensor, dim: Optional[int], keepdim: bool, interpolation: str, skip_nan: bool) -> Tensor:
    rows = self.flatten() if dim is None or self.dim() == 0 else self.movedim(dim, -1)
    ordered, order = torch.sort(rows)
    nan = ordered.isnan()
    last = torch.full_like(nan.narrow(-1, 0, 1), nan.size(-1) - 1, dtype=self.dtype)
    if skip_nan:
        last = (nan.logical_not().sum(-1, True) - 1).clamp(min=0).to(self.dtype)
    ranks = q.reshape(-1) * last
    if not skip_nan:
        ranks = torch.where(nan.any(-1, True), last, ranks)
    if interpolation == "lower":
        ranks = ranks.floor()
    elif interpolation == "higher":
        ranks = ranks.ceil()
    elif interpolation == "nearest":
        ranks = ranks.round()
    below = ranks.floor()
    result = ordered.gather(-1, below.type_as(order))
    if interpolation == "linear" or interpolation == "midpoint":
        above = ordered.gather(-1, ranks.ceil().type_as(order))
        weight = torch.full_like(ranks, 0.5) if interpolation == "midpoint" else ranks - below
        result = torch.lerp(result, above, weight)
    result = result.movedim(-1, 0)
    if keepdim and dim is None:
        result = result.reshape([-1] + [1] * self.dim())
    elif keepdim and dim is not None and self.dim() > 0:
        result = result.unsqueeze(dim + 1 if dim >= 0 else dim)
    return result[0] if q.dim() == 0 else result
)");
    constexpr std::string_view kTail = "int? dim=None, bool keepdim=False, *, str interpolation=\"linear\") -> Tensor";
    ops.add(fmt::format("aten::quantile(Tensor self, Tensor q, {}", kTail))
        .kernel(&quantile_tensor<false>)
        .out()
        .decomposition(
            "def quantile(self: Tensor, q: Tensor, dim: Optional[int], keepdim: bool, interpolation: str) -> Tensor:\n "
            "   return ops.wick.quantile_by_sorting(self, q, dim, keepdim, interpolation, False)\n");
    ops.add(fmt::format("aten::quantile.scalar(Tensor self, float q, {}", kTail))
        .kernel(&quantile_scalar<false>)
        .out()
        .decomposition(
            "def quantile(self: Tensor, q: float, dim: Optional[int], keepdim: bool, interpolation: str) -> Tensor:\n  "
            "  return ops.wick.quantile_by_sorting(self, torch.full([], q, dtype=self.dtype), dim, keepdim, "
            "interpolation, False)\n");
    ops.add(fmt::format("aten::nanquantile(Tensor self, Tensor q, {}", kTail))
        .kernel(&quantile_tensor<true>)
        .out()
        .decomposition(
            "def nanquantile(self: Tensor, q: Tensor, dim: Optional[int], keepdim: bool, interpolation: str) -> "
            "Tensor:\n    return ops.wick.quantile_by_sorting(self, q, dim, keepdim, interpolation, True)\n");
    ops.add(fmt::format("aten::nanquantile.scalar(Tensor self, float q, {}", kTail))
        .kernel(&quantile_scalar<true>)
        .out()
        .decomposition(
            "def nanquantile(self: Tensor, q: float, dim: Optional[int], keepdim: bool, interpolation: str) -> "
            "Tensor:\n    return ops.wick.quantile_by_sorting(self, torch.full([], q, dtype=self.dtype), dim, keepdim, "
            "interpolation, True)\n");
}

}  // namespace wick::jit
