// Sorting, selection and ranks along a dimension. NaN counts as the largest number.

#include <algorithm>
#include <functional>

#include <wick/support/stop_check.h>

#include "ops/families.h"
#include "ops/registry.h"
#include "ops/rows.h"
#include "ops/sort_keys.h"

namespace wick::jit {
namespace {

using namespace ops;
using Pair = std::tuple<Tensor, Tensor>;

/// One of the rows that are ranked: element i of `dense` from `begin` on.
template <class Rank>
struct RankedRow {
    const Tensor& dense;
    int64_t begin, length;
    bool descending;
    std::vector<Rank> all() const { return ranks_of<Rank>(dense, begin, length, descending); }
    template <class F>
    void for_each(F&& fn) const {
        const uint64_t flip = descending ? UINT64_MAX >> (64 - Rank::kKeyBits) : 0;
        for_each_sort_key(dense, begin, length, [&](int64_t i, uint64_t key) { fn(Rank(key ^ flip, i)); });
    }
};

/// Rows of (value, position) pairs: `pick(row)` gives those of its elements, of which the first `k` are taken.
template <class F>
Pair pick_rows(const Rows& rows, int64_t k, std::string_view name, bool descending, F&& pick) {
    const DType dtype = rows.dense.dtype();
    check_ordered(dtype, name);
    Tensor values = rows.make(k, dtype);
    Tensor indices = rows.make(k, DType::int64);
    int64_t* const at = indices.mutable_data<int64_t>();
    const int64_t bytes = bytes_of(dtype);
    const auto* const from = static_cast<const char*>(rows.dense.data_ptr());
    auto* const to = static_cast<char*>(values.mutable_data_ptr());
    dispatch_rank(dtype, rows.length, [&]<class Rank>() {
        rows.for_each([&](int64_t r) {
            const std::vector<Rank> ranks = pick(RankedRow<Rank>{rows.dense, r * rows.length, rows.length, descending});
            for (int64_t i = 0; i < k; ++i) at[r * k + i] = ranks[i].position();
            copy_elements(from + r * rows.length * bytes, bytes, at + r * k, k, to + r * k * bytes);
        });
    });
    return {std::move(values), std::move(indices)};
}

Pair sort(const Tensor& self, int64_t dim, bool descending) {
    const Rows rows(self, dim);
    auto [values, indices] = pick_rows(rows, rows.length, "sort", descending, [](const auto& row) {
        auto ranks = row.all();
        sort_ranks(ranks);
        return ranks;
    });
    return {rows.restore(values), rows.restore(indices)};
}

Pair topk(const Tensor& self, int64_t k, int64_t dim, bool largest, bool sorted) {
    const Rows rows(self, dim);
    WICK_CHECK(k >= 0 && k <= rows.length, "selected index k out of range");
    auto [values, indices] = pick_rows(rows, k, "topk", largest, [&]<class Rank>(const RankedRow<Rank>& row) {
        // Of equal values PyTorch takes whichever its algorithms come by: these, comparing values alone.
        StopCounter counter;
        const auto before = [&](auto a, auto b) { return counter.step(), a.key() < b.key(); };
        std::vector<Rank> ranks;
        if (k == 0) return ranks;
        if (k * 64 <= rows.length) {
            // std::partial_sort, step by step, on elements that are seen once.
            ranks.reserve(static_cast<size_t>(k) + 1);
            row.for_each([&](Rank rank) {
                if (static_cast<int64_t>(ranks.size()) == k) {
                    if (!(rank.key() < ranks.front().key())) return;
                    ranks.push_back(rank);
                    std::pop_heap(ranks.begin(), ranks.end(), before);
                    ranks.pop_back();
                } else {
                    ranks.push_back(rank);
                    if (static_cast<int64_t>(ranks.size()) == k) std::make_heap(ranks.begin(), ranks.end(), before);
                }
            });
            std::sort_heap(ranks.begin(), ranks.end(), before);
            return ranks;
        }
        ranks = row.all();
        const auto kth = ranks.begin() + k;
        std::nth_element(ranks.begin(), kth - 1, ranks.end(), before);
        if (sorted) std::sort(ranks.begin(), kth, before);
        return ranks;
    });
    return {rows.restore(values), rows.restore(indices)};
}

/// What stands at `rank(count)` of the `count` elements, NaN last or left out.
Pair nth(const Rows& rows, bool keepdim, std::string_view name, bool skip_nan,
         const std::function<int64_t(int64_t)>& rank) {
    WICK_CHECK_INDEX(rows.length > 0, "{}(): Expected reduction dim {} to have non-zero size.", name, rows.dim);
    const IsNanKey is_nan(rows.dense.dtype());
    auto [values, indices] = pick_rows(rows, 1, name, false, [&](const auto& row) {
        auto ranks = row.all();
        const auto has_nan = [&](auto element) { return is_nan(element.key()); };
        if (name == "median" && !skip_nan) {
            if (const auto first = std::ranges::find_if(ranks, has_nan); first != ranks.end()) {
                ranks[0] = *first;
                return ranks;
            }
        }
        const int64_t numbers = rows.length - std::ranges::count_if(ranks, has_nan);
        const int64_t at = rank(skip_nan ? std::max<int64_t>(numbers, 1) : rows.length);
        std::nth_element(ranks.begin(), ranks.begin() + at, ranks.end());
        std::swap(ranks[0], ranks[at]);
        return ranks;
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
    const IsNanKey is_nan(rows.dense.dtype());
    auto [values, indices] = pick_rows(rows, 1, "mode", false, [&](const auto& row) {
        auto ranks = row.all();
        sort_ranks(ranks);
        auto best = ranks[0];
        int64_t best_count = 0;
        for (int64_t start = 0; start < rows.length;) {
            const uint64_t key = ranks[start].key();
            int64_t end = start + 1;
            while (end < rows.length && ranks[end].key() == key && !is_nan(key)) ++end;
            if (end - start > best_count) {
                best_count = end - start;
                best = ranks[end - 1];
            }
            start = end;
        }
        ranks[0] = best;
        return ranks;
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
