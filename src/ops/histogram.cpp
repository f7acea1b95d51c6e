// Values counted, or their weights summed, in the bins between rising edges.

#include <algorithm>
#include <cmath>

#include "ops/op_errors.h"
#include "ops/registry.h"
#include "ops/rows.h"

namespace wick::jit {
namespace {

using namespace ops;

struct Range {
    double low, high;
};

/// The range asked for, or that of the data when its ends are equal; never empty.
Range range_of(const Tensor& self, double low, double high, std::string_view name) {
    if (low == high && self.numel() == 0) return {low, high + 1};
    if (low == high) {
        low = to_dtype(amin(self), DType::float64).item().to_double();
        high = to_dtype(amax(self), DType::float64).item().to_double();
    }
    if (low == high) {
        low -= 0.5;
        high += 0.5;
    }
    WICK_CHECK(std::isfinite(low) && std::isfinite(high), "{}: range of [{}, {}] is not finite", name, low, high);
    WICK_CHECK(low < high, "{}: max must be larger than min", name);
    return {low, high};
}

/// Sums of the weights in the bins between rising edges; the last bin holds its right edge.
std::tuple<Tensor, Tensor> histogram(const Tensor& self, const Tensor& edges, const std::optional<Tensor>& weight,
                                     bool density) {
    WICK_CHECK_IMPLEMENTED(self.dtype() == DType::float32 || self.dtype() == DType::float64, "histogram_cpu",
                           self.dtype());
    WICK_CHECK(edges.dtype() == self.dtype(),
               "torch.histogram(): input tensor and bins tensors should have the same dtype, but got input with dtype "
               "{} and bins with dtype {}",
               scalar_name_of(self.dtype()), scalar_name_of(edges.dtype()));
    WICK_CHECK(edges.dim() == 1 && edges.numel() > 0,
               "torch.histogram(): bins tensor should have one dimension, but got {} dimensions in the bins tensor for "
               "dimension 0",
               edges.dim());
    WICK_CHECK(!weight || weight->sizes() == self.sizes(),
               "histogramdd: if weight tensor is provided it should have the same shape as the input tensor excluding "
               "its innermost dimension, but got input with shape {} and weight with shape {}",
               format_sizes(self.sizes()), format_sizes(weight->sizes()));
    WICK_CHECK(!weight || weight->dtype() == self.dtype(),
               "histogramdd: if weight tensor is provided, input tensor and weight tensor should have the same dtype, "
               "but got input({}), and weight({})",
               scalar_name_of(self.dtype()), scalar_name_of(weight->dtype()));
    const Tensor values = contiguous(to_dtype(self, DType::float64)),
                 bounds = contiguous(to_dtype(edges, DType::float64));
    const Tensor amounts = weight ? contiguous(to_dtype(*weight, DType::float64)) : ones(self.sizes(), DType::float64);
    const double* first = bounds.data<double>();
    const int64_t bins = bounds.numel() - 1;
    const Tensor sums = zeros({bins}, DType::float64);
    double* to = sums.mutable_data<double>();
    double total = 0;
    for (int64_t i = 0; i < values.numel(); ++i) {
        const double value = values.data<double>()[i];
        if (bins == 0 || !(value >= first[0] && value <= first[bins])) continue;
        const int64_t bin =
            std::min(bins - 1, static_cast<int64_t>(std::upper_bound(first, first + bins + 1, value) - first) - 1);
        to[bin] += amounts.data<double>()[i];
        total += amounts.data<double>()[i];
    }
    for (int64_t i = 0; density && i < bins; ++i) to[i] /= total * (first[i + 1] - first[i]);
    return {to_dtype(sums, self.dtype()), clone(edges)};
}

std::tuple<Tensor, Tensor> histogram_count(const Tensor& self, int64_t bins,
                                           const std::optional<std::vector<double>>& range,
                                           const std::optional<Tensor>& weight, bool density) {
    WICK_CHECK(bins > 0, "torch.histogram(): bins must be > 0, but got {} for dimension 0", bins);
    WICK_CHECK(!range || range->size() == 2,
               "torch.histogram(): for a 1-dimensional histogram range should have 2 elements, but got {}",
               range ? range->size() : 0);
    const Range ends = range_of(self, range ? (*range)[0] : 0, range ? (*range)[1] : 0, "torch.histogram()");
    const Tensor edges =
        call_operator("aten::linspace", {ends.low, ends.high, bins + 1, static_cast<int64_t>(self.dtype())})
            .to_tensor();
    return histogram(self, edges, weight, density);
}

}  // namespace

void register_histogram(Registry& ops) {
    ops.add(
           "aten::histogram.bins_tensor(Tensor self, Tensor bins, *, Tensor? weight=None, bool density=False) -> "
           "(Tensor hist, Tensor bin_edges)")
        .kernel(&histogram)
        .out()
        .not_differentiable();
    ops.add(
           "aten::histogram.bin_ct(Tensor self, int bins=100, *, float[]? range=None, Tensor? weight=None, bool "
           "density=False) -> (Tensor hist, Tensor bin_edges)")
        .kernel(&histogram_count)
        .out()
        .not_differentiable();
}

}  // namespace wick::jit
