// Counting values: bincount and histc, and the places of values among sorted ones.

#include <algorithm>
#include <cmath>

#include <wick/tensor/default_dtype.h>

#include "ops/op_errors.h"
#include "ops/registry.h"
#include "ops/rows.h"
#include "ops/tensor_ops.h"

namespace wick::jit {

using namespace ops;

namespace {

Tensor bincount(const Tensor& self, const std::optional<Tensor>& weights, int64_t minlength) {
    WICK_CHECK(minlength >= 0, "minlength should be >= 0");
    WICK_CHECK_IMPLEMENTED(is_integral(self.dtype()), "bincount_cpu", self.dtype());
    WICK_CHECK(self.dim() == 1, "bincount only supports 1-d non-negative integral inputs.");
    WICK_CHECK(!weights || weights->sizes() == self.sizes(), "weights should be 1-d and have the same length as input");
    const Tensor indices = contiguous(to_dtype(self, DType::int64));
    const int64_t* index = indices.data<int64_t>();
    int64_t length = minlength;
    for (int64_t i = 0; i < indices.numel(); ++i) {
        WICK_CHECK(index[i] >= 0, "bincount only supports 1-d non-negative integral inputs.");
        WICK_CHECK(index[i] < INT64_MAX / 16, "maximum value of input overflowed, it should be < {} but got {}",
                   INT64_MAX, index[i]);
        length = std::max(length, index[i] + 1);
    }
    const DType dtype = !weights ? DType::int64 : weights->dtype() == DType::float32 ? DType::float32 : DType::float64;
    const Tensor result = zeros({length}, dtype);
    const auto count = [&]<class T>(const T* weight) {
        T* to = result.mutable_data<T>();
        for (int64_t i = 0; i < indices.numel(); ++i) to[index[i]] += weight ? weight[i] : T(1);
    };
    const Tensor amounts = weights ? contiguous(to_dtype(*weights, dtype)) : Tensor();
    if (!weights)
        count(static_cast<const int64_t*>(nullptr));
    else if (dtype == DType::float32)
        count(amounts.data<float>());
    else
        count(amounts.data<double>());
    return result;
}

Tensor histc(const Tensor& self, int64_t bins, Scalar min, Scalar max) {
    WICK_CHECK_IMPLEMENTED(is_floating(self.dtype()), "histogram_cpu", self.dtype());
    WICK_CHECK(bins > 0, "bins must be > 0");
    double low = min.to_double();
    double high = max.to_double();
    const Tensor values = contiguous(to_dtype(self, DType::float64));
    const double* value = values.data<double>();
    if (low == high && values.numel() > 0) {
        const auto [smallest, largest] = std::minmax_element(value, value + values.numel());
        low = *smallest;
        high = *largest;
    }
    if (low == high) {
        low -= 1;
        high += 1;
    }
    WICK_CHECK(std::isfinite(low) && std::isfinite(high), "range of [{}, {}] is not finite", low, high);
    WICK_CHECK(low < high, "max must be larger than min");
    const Tensor counts = zeros({bins}, DType::float64);
    double* count = counts.mutable_data<double>();
    for (int64_t i = 0; i < values.numel(); ++i) {
        if (!(value[i] >= low && value[i] <= high)) continue;
        // The width of the whole range may be infinite, and inf / inf no number.
        const double place = (value[i] - low) / (high - low) * static_cast<double>(bins);
        ++count[place > 0 ? static_cast<int64_t>(std::min(place, static_cast<double>(bins - 1))) : 0];
    }
    return to_dtype(counts, self.dtype());
}

/// Counts the elements of a sorted row before each value; with `right` those equal to it, too.
Tensor search(const Tensor& sequence, const Tensor& values, bool out_int32, bool right, const Tensor& sorter) {
    const DType dtype = promote_types(sequence.dtype(), values.dtype());
    const Tensor rows = contiguous(to_dtype(sequence, dtype));
    const Tensor wanted = contiguous(to_dtype(values, dtype));
    const Tensor order = sorter.defined() ? contiguous(sorter) : Tensor();
    const int64_t length = rows.size(-1);
    // One row serves all values; otherwise each row its own.
    const int64_t per_row = sequence.dim() == 1 ? wanted.numel() : wanted.size(-1);
    const Tensor result = empty(values.sizes(), DType::int64);
    int64_t* to = result.mutable_data<int64_t>();
    dispatch_ordered(dtype, "searchsorted_out_cpu", [&]<class T>() {
        const T* value = wanted.data<T>();
        const int64_t* sorted = order.defined() ? order.data<int64_t>() : nullptr;
        parallel_for(0, wanted.numel(), 1024, [&](int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; ++i) {
                const int64_t row = i / per_row * length;
                const T* data = rows.data<T>() + row;
                const T searched = value[i];
                // NaN stands behind every number.
                const auto goes_on = [&](int64_t at) {
                    const T element = data[sorted ? sorted[row + at] : at];
                    return right ? !(element > searched) : !(element >= searched);
                };
                // Both ends are chosen without a branch, which nothing could foresee.
                int64_t first = 0, last = length;
                while (first < last) {
                    const int64_t middle = first + (last - first) / 2;
                    const bool on = goes_on(middle);
                    first = on ? middle + 1 : first;
                    last = on ? last : middle;
                }
                to[i] = first;
            }
        });
    });
    return out_int32 ? to_dtype(result, DType::int32) : result;
}

Tensor searchsorted(const Tensor& sequence, const Tensor& values, bool out_int32, bool right,
                    std::optional<std::string> side, const Tensor& sorter) {
    WICK_CHECK(!side || *side == "left" || *side == "right",
               "torch.searchsorted(): side can only be 'left' or 'right' but got {}", *side);
    WICK_CHECK(!side || !(right && *side == "left"),
               "torch.searchsorted(): side and right can't be set to opposites, got side of left while right was True");
    WICK_CHECK(sequence.dim() > 0, "torch.searchsorted(): boundaries tensor should have positive dimension");
    const auto outer = [](const Tensor& t) { return t.sizes().slice(0, static_cast<size_t>(t.dim()) - 1); };
    WICK_CHECK(
        sequence.dim() == 1 || (values.dim() == sequence.dim() && outer(values) == outer(sequence)),
        "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries "
        "tensor and input value tensor must match, but we got boundaries tensor {} and input value tensor {}",
        format_sizes(sequence.sizes()), format_sizes(values.sizes()));
    if (sorter.defined()) {
        WICK_CHECK(sorter.sizes() == sequence.sizes(),
                   "torch.searchsorted(): boundary and sorter must have the same size, but got boundary tensor {} and "
                   "got sorter tensor {}",
                   format_sizes(sequence.sizes()), format_sizes(sorter.sizes()));
        WICK_CHECK(sorter.dtype() == DType::int64,
                   "torch.searchsorted(): sorter must be a tensor of long dtype but got dtype {}",
                   scalar_name_of(sorter.dtype()));
        const Tensor order = contiguous(sorter);
        for (int64_t i = 0; i < order.numel(); ++i) {
            const int64_t at = order.data<int64_t>()[i];
            WICK_CHECK_INDEX(at >= 0 && at < sequence.size(-1), "torch.searchsorted(): sorter index out of range");
        }
    }
    return search(sequence, values, out_int32, right || (side && *side == "right"), sorter);
}

Tensor bucketize(const Tensor& values, const Tensor& boundaries, bool out_int32, bool right) {
    WICK_CHECK(boundaries.dim() == 1, "boundaries tensor must be 1 dimension, but got dim({})", boundaries.dim());
    return search(boundaries, values, out_int32, right, Tensor());
}

/// A number among tensors takes their dtype, as far as it has their kind.
Tensor number_among(const Scalar& number, const Tensor& sequence) {
    return scalar_tensor(
        number, number.is_floating() && is_integral(sequence.dtype(), true) ? default_dtype() : sequence.dtype());
}

}  // namespace

void register_counting(Registry& ops) {
    ops.add("aten::bincount(Tensor self, Tensor? weights=None, SymInt minlength=0) -> Tensor")
        .kernel(&bincount)
        .out()
        .not_differentiable();
    ops.add("aten::histc(Tensor self, int bins=100, Scalar min=0, Scalar max=0) -> Tensor")
        .kernel(&histc)
        .out()
        .not_differentiable();
    ops.add(
           "aten::searchsorted.Tensor(Tensor sorted_sequence, Tensor self, *, bool out_int32=False, bool right=False, "
           "str? side=None, Tensor? sorter=None) -> Tensor")
        .kernel(&searchsorted)
        .out("Tensor_out");
    ops.add(
           "aten::searchsorted.Scalar(Tensor sorted_sequence, Scalar self, *, bool out_int32=False, bool right=False, "
           "str? side=None, Tensor? sorter=None) -> Tensor")
        .kernel([](const Tensor& sequence, Scalar value, bool out_int32, bool right, std::optional<std::string> side,
                   const Tensor& sorter) {
            return searchsorted(sequence, number_among(value, sequence), out_int32, right, std::move(side), sorter);
        })
        .out();
    ops.add(
           "aten::bucketize.Tensor(Tensor self, Tensor boundaries, *, bool out_int32=False, bool right=False) -> "
           "Tensor")
        .kernel(&bucketize)
        .out("Tensor_out");
    ops.add(
           "aten::bucketize.Scalar(Scalar self, Tensor boundaries, *, bool out_int32=False, bool right=False) -> "
           "Tensor")
        .kernel([](Scalar value, const Tensor& boundaries, bool out_int32, bool right) {
            return bucketize(number_among(value, boundaries), boundaries, out_int32, right);
        })
        .out();
}

}  // namespace wick::jit
