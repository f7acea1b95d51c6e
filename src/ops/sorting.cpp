// Sorting, selection and ranks along a dimension. NaN counts as the largest number.

#include <algorithm>
#include <numeric>

#include <wick/support/stop_check.h>

#include "ops/families.h"
#include "ops/registry.h"
#include "ops/rows.h"

namespace wick::jit {
namespace {

using namespace ops;
using Pair = std::tuple<Tensor, Tensor>;

template <class T>
bool precedes(T a, T b) {
    return a < b || (is_nan_value(b) && !is_nan_value(a));
}

/// Positions of a row in sorted order; equal elements keep theirs.
template <class T>
void sort_positions(const T* row, int64_t n, bool descending, std::vector<int64_t>& order) {
    order.resize(static_cast<size_t>(n));
    std::iota(order.begin(), order.end(), int64_t{0});
    StopCounter counter;
    if (descending) {
        std::stable_sort(order.begin(), order.end(),
                         [&](int64_t a, int64_t b) { return counter.step(), precedes(row[b], row[a]); });
    } else {
        std::stable_sort(order.begin(), order.end(),
                         [&](int64_t a, int64_t b) { return counter.step(), precedes(row[a], row[b]); });
    }
}

/// Rows of (value, position) pairs picked by `pick(row, positions)`, which leaves `k` positions in front.
template <class F>
Pair pick_rows(const Rows& rows, int64_t k, std::string_view name, F&& pick) {
    Tensor values = rows.make(k, rows.dense.dtype());
    Tensor indices = rows.make(k, DType::int64);
    int64_t* at = indices.mutable_data<int64_t>();
    dispatch_ordered(rows.dense.dtype(), name, [&]<class T>() {
        const T* data = rows.dense.data<T>();
        T* out = values.mutable_data<T>();
        rows.for_each([&](int64_t r) {
            const T* row = data + r * rows.length;
            std::vector<int64_t> positions;
            pick(row, positions);
            for (int64_t i = 0; i < k; ++i) {
                at[r * k + i] = positions[i];
                out[r * k + i] = row[positions[i]];
            }
        });
    });
    return {std::move(values), std::move(indices)};
}

Pair sort(const Tensor& self, int64_t dim, bool descending) {
    const Rows rows(self, dim);
    auto [values, indices] =
        pick_rows(rows, rows.length, "sort", [&](const auto* row, std::vector<int64_t>& positions) {
            sort_positions(row, rows.length, descending, positions);
        });
    return {rows.restore(values), rows.restore(indices)};
}

Pair topk(const Tensor& self, int64_t k, int64_t dim, bool largest, bool sorted) {
    const Rows rows(self, dim);
    WICK_CHECK(k >= 0 && k <= rows.length, "selected index k out of range");
    auto [values, indices] = pick_rows(rows, k, "topk", [&](const auto* row, std::vector<int64_t>& positions) {
        positions.resize(static_cast<size_t>(rows.length));
        std::iota(positions.begin(), positions.end(), int64_t{0});
        StopCounter counter;
        auto before = [&](int64_t a, int64_t b) {
            counter.step();
            return largest ? precedes(row[b], row[a]) : precedes(row[a], row[b]);
        };
        if (k * 64 <= rows.length) {
            std::partial_sort(positions.begin(), positions.begin() + k, positions.end(), before);
        } else if (k > 0) {
            std::nth_element(positions.begin(), positions.begin() + k - 1, positions.end(), before);
            if (sorted) std::sort(positions.begin(), positions.begin() + k, before);
        }
    });
    return {rows.restore(values), rows.restore(indices)};
}

Pair nth(const Rows& rows, bool keepdim, std::string_view name, bool skip_nan,
         const std::function<int64_t(int64_t)>& rank) {
    WICK_CHECK_INDEX(rows.length > 0, "{}(): Expected reduction dim {} to have non-zero size.", name, rows.dim);
    auto [values, indices] = pick_rows(rows, 1, name, [&](const auto* row, std::vector<int64_t>& positions) {
        positions.resize(static_cast<size_t>(rows.length));
        std::iota(positions.begin(), positions.end(), int64_t{0});
        int64_t numbers = 0;
        int64_t first_nan = -1;
        for (int64_t i = rows.length; i-- > 0;)
            is_nan_value(row[i]) ? static_cast<void>(first_nan = i) : static_cast<void>(++numbers);
        if (name == "median" && !skip_nan && first_nan >= 0) {
            positions[0] = first_nan;
            return;
        }
        const int64_t count = skip_nan ? std::max<int64_t>(numbers, 1) : rows.length;
        const int64_t at = rank(count);
        auto before = [&](int64_t a, int64_t b) {
            return precedes(row[a], row[b]) || (!precedes(row[b], row[a]) && a < b);
        };
        std::nth_element(positions.begin(), positions.begin() + at, positions.end(), before);
        std::swap(positions[0], positions[at]);
    });
    return {rows.restore_single(values, keepdim), rows.restore_single(indices, keepdim)};
}

int64_t middle(int64_t count) { return (count - 1) / 2; }

Pair kthvalue(const Tensor& self, int64_t k, int64_t dim, bool keepdim) {
    const Rows rows(self, dim);
    WICK_CHECK(k >= 1 && k <= rows.length, "kthvalue(): selected number k out of range for dimension {}", rows.dim);
    return nth(rows, keepdim, "kthvalue", false, [k](int64_t) { return k - 1; });
}

template <bool kSkipNan>
Pair median_dim(const Tensor& self, int64_t dim, bool keepdim) {
    return nth(Rows(self, dim), keepdim, "median", kSkipNan, middle);
}
template <bool kSkipNan>
Tensor median_all(const Tensor& self) {
    if (self.numel() == 0) return full({}, std::numeric_limits<double>::quiet_NaN(), self.dtype());
    return std::get<0>(nth(Rows(reshape(self, {-1}), 0), false, "median", kSkipNan, middle));
}

/// The most frequent value, the smallest of them on a tie, and its last position.
Pair mode(const Tensor& self, int64_t dim, bool keepdim) {
    const Rows rows(self, dim);
    WICK_CHECK_INDEX(rows.length > 0, "mode(): Expected reduction dim {} to have non-zero size.", rows.dim);
    auto [values, indices] = pick_rows(rows, 1, "mode", [&](const auto* row, std::vector<int64_t>& positions) {
        sort_positions(row, rows.length, false, positions);
        int64_t best = 0;
        int64_t best_count = 0;
        for (int64_t start = 0; start < rows.length;) {
            int64_t end = start + 1;
            while (end < rows.length && row[positions[end]] == row[positions[start]]) ++end;
            if (end - start > best_count) {
                best_count = end - start;
                best = positions[end - 1];
            }
            start = end;
        }
        positions[0] = best;
    });
    return {rows.restore_single(values, keepdim), rows.restore_single(indices, keepdim)};
}

}  // namespace

void register_sorting(Registry& ops) {
    // The gradient of what was chosen along a dimension, at its places.
    ops.add(
           "aten::value_selecting_reduction_backward(Tensor grad, int dim, Tensor indices, SymInt[] sizes, bool "
           "keepdim) -> Tensor")
        .composite(R"(
def value_selecting_reduction_backward(grad: Tensor, dim: int, indices: Tensor, sizes: List[int], keepdim: bool) -> Tensor:
    if not keepdim and len(sizes) > 0:
        grad = grad.unsqueeze(dim)
        indices = indices.unsqueeze(dim)
    return grad.new_zeros(sizes).scatter_(dim, indices, grad)
)");
    ops.add("aten::sort(Tensor self, int dim=-1, bool descending=False) -> (Tensor values, Tensor indices)")
        .kernel(&sort)
        .out("values")
        .derivative("self", "torch.value_selecting_reduction_backward(grad_values, dim, indices, self.size(), True)");
    ops.add(
           "aten::sort.stable(Tensor self, *, bool? stable, int dim=-1, bool descending=False) -> (Tensor values, "
           "Tensor indices)")
        .kernel([](const Tensor& self, std::optional<bool>, int64_t dim, bool descending) {
            return sort(self, dim, descending);
        })
        .out("values_stable")
        .derivative("self", "torch.value_selecting_reduction_backward(grad_values, dim, indices, self.size(), True)");
    ops.add("aten::argsort(Tensor self, int dim=-1, bool descending=False) -> Tensor")
        .kernel(
            [](const Tensor& self, int64_t dim, bool descending) { return std::get<1>(sort(self, dim, descending)); });
    ops.add("aten::argsort.stable(Tensor self, *, bool stable, int dim=-1, bool descending=False) -> Tensor")
        .kernel([](const Tensor& self, bool, int64_t dim, bool descending) {
            return std::get<1>(sort(self, dim, descending));
        });
    ops.add("aten::msort(Tensor self) -> Tensor")
        .kernel([](const Tensor& self) { return std::get<0>(sort(self, 0, false)); })
        .out()
        .decomposition("def msort(self: Tensor) -> Tensor:\n    return torch.sort(self, 0)[0]\n");
    ops.add(
           "aten::topk(Tensor self, SymInt k, int dim=-1, bool largest=True, bool sorted=True) -> (Tensor values, "
           "Tensor indices)")
        .kernel(&topk)
        .out("values")
        .derivative("self", "torch.value_selecting_reduction_backward(grad_values, dim, indices, self.size(), True)");
    ops.add("aten::kthvalue(Tensor self, SymInt k, int dim=-1, bool keepdim=False) -> (Tensor values, Tensor indices)")
        .kernel(&kthvalue)
        .out("values")
        .derivative("self",
                    "torch.value_selecting_reduction_backward(grad_values, dim, indices, self.size(), keepdim)");
    ops.add("aten::median(Tensor self) -> Tensor")
        .kernel(&median_all<false>)
        .out("out")
        .derivative("self", "ops.wick.evenly_distribute_backward(grad, self, result)");
    ops.add("aten::nanmedian(Tensor self) -> Tensor")
        .kernel(&median_all<true>)
        .out("out")
        .derivative("self", "ops.wick.evenly_distribute_backward(grad, self, result)");
    ops.add("aten::median.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)")
        .kernel(&median_dim<false>)
        .out("dim_values")
        .derivative("self",
                    "torch.value_selecting_reduction_backward(grad_values, dim, indices, self.size(), keepdim)");
    ops.add("aten::nanmedian.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)")
        .kernel(&median_dim<true>)
        .out("dim_values")
        .derivative("self",
                    "torch.value_selecting_reduction_backward(grad_values, dim, indices, self.size(), keepdim)");
    ops.add("aten::mode(Tensor self, int dim=-1, bool keepdim=False) -> (Tensor values, Tensor indices)")
        .kernel(&mode)
        .out("values")
        .derivative("self",
                    "torch.value_selecting_reduction_backward(grad_values, dim, indices, self.size(), keepdim)");
}

}  // namespace wick::jit
