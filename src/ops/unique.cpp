// Distinct values: sorted, or where a run of equal ones begins.

#include <algorithm>
#include <numeric>

#include <wick/support/stop_check.h>

#include "ops/index_plan.h"
#include "ops/registry.h"
#include "ops/rows.h"
#include "ops/sort_keys.h"
#include "ops/tensor_ops.h"

namespace wick::jit {

using namespace ops;

namespace {

/// The distinct values (or slices), for each input its place among them, and how often each occurs.
using Distinct = std::tuple<Tensor, Tensor, Tensor>;

/// Inputs that come in groups of equal ones.
struct Groups {
    explicit Groups(int64_t inputs) : group_of(static_cast<size_t>(inputs)) {}
    std::vector<int64_t> first;  ///< of each group, the input that is kept
    std::vector<int64_t> counts;
    std::vector<int64_t> group_of;

    /// The next input, which begins a group or belongs to the last one.
    void add(int64_t input, bool is_new) {
        if (is_new) {
            first.push_back(input);
            counts.push_back(0);
        }
        ++counts.back();
        group_of[static_cast<size_t>(input)] = static_cast<int64_t>(first.size()) - 1;
    }
};

Tensor optional_result(bool wanted, const std::vector<int64_t>& values, IntArrayRef sizes) {
    return wanted ? view(int_tensor(values), sizes) : empty({0}, DType::int64);
}

template <bool sorted>
Distinct unique_elements(const Tensor& self, bool return_inverse, bool return_counts) {
    const Tensor flat = reshape(self, {-1});
    const Tensor dense = contiguous(flat);
    check_ordered(self.dtype(), "unique");
    const IsNanKey is_nan(self.dtype());
    Groups groups(dense.numel());
    uint64_t last = 0;
    const auto add = [&](int64_t input, uint64_t key) {
        groups.add(input, groups.first.empty() || key != last || is_nan(key));
        last = key;
    };
    if constexpr (sorted) {
        dispatch_rank(self.dtype(), dense.numel(), [&]<class Rank>() {
            std::vector<Rank> ranks = ranks_of<Rank>(dense, 0, dense.numel());
            sort_ranks(ranks);
            for (const Rank rank : ranks) add(rank.position(), rank.key());
        });
    } else {
        for_each_sort_key(dense, 0, dense.numel(), add);
    }
    return {index_select(flat, 0, int_tensor(groups.first)),
            optional_result(return_inverse, groups.group_of, self.sizes()),
            optional_result(return_counts, groups.counts, {static_cast<int64_t>(groups.counts.size())})};
}

template <bool sorted>
Distinct unique_slices(const Tensor& self, int64_t dim, bool return_inverse, bool return_counts) {
    dim = wrap_dim(dim, self.dim());
    const int64_t count = self.size(dim);
    WICK_CHECK(self.numel() > 0 || count == 0 || std::ranges::count(self.sizes(), 0) == 0,
               "There are 0 sized dimensions, and they aren't selected, so unique cannot be applied");
    const Tensor rows = contiguous(movedim(self, dim, 0));
    const int64_t width = count == 0 ? 0 : rows.numel() / count;
    check_ordered(self.dtype(), "unique_dim");
    const std::vector<uint64_t> keys = sort_keys(rows);
    const auto slice = [&](int64_t i) { return ArrayRef(keys.data() + i * width, static_cast<size_t>(width)); };
    std::vector<int64_t> order(static_cast<size_t>(count));
    std::iota(order.begin(), order.end(), int64_t{0});
    StopCounter counter;
    if (sorted)
        std::ranges::stable_sort(order, [&](int64_t a, int64_t b) {
            return counter.step(), std::ranges::lexicographical_compare(slice(a), slice(b));
        });
    const IsNanKey is_nan(self.dtype());
    Groups groups(count);
    ArrayRef<uint64_t> last;
    for (const int64_t input : order) {
        const ArrayRef<uint64_t> keys = slice(input);
        groups.add(input, groups.first.empty() || keys != last || std::ranges::any_of(keys, is_nan));
        last = keys;
    }
    return {index_select(self, dim, int_tensor(groups.first)),
            optional_result(return_inverse, groups.group_of, {count}),
            optional_result(return_counts, groups.counts, {static_cast<int64_t>(groups.counts.size())})};
}

}  // namespace

void register_unique(Registry& ops) {
    ops.add("aten::_unique(Tensor self, bool sorted=True, bool return_inverse=False) -> (Tensor, Tensor)")
        .kernel([](const Tensor& self, bool, bool return_inverse) {
            auto [values, inverse, counts] = unique_elements<true>(self, return_inverse, false);
            return std::tuple<Tensor, Tensor>(values, inverse);
        });
    ops.add(
           "aten::_unique2(Tensor self, bool sorted=True, bool return_inverse=False, bool return_counts=False) -> "
           "(Tensor, Tensor, Tensor)")
        .kernel([](const Tensor& self, bool, bool return_inverse, bool return_counts) {
            return unique_elements<true>(self, return_inverse, return_counts);
        });
    ops.add(
           "aten::unique_dim(Tensor self, int dim, bool sorted=True, bool return_inverse=False, bool "
           "return_counts=False) -> (Tensor, Tensor, Tensor)")
        .kernel([](const Tensor& self, int64_t dim, bool, bool return_inverse, bool return_counts) {
            // The inverse and the counts are always there.
            return unique_slices<true>(self, dim, true, true);
        });
    ops.add(
           "aten::unique_consecutive(Tensor self, bool return_inverse=False, bool return_counts=False, int? dim=None) "
           "-> (Tensor, Tensor, Tensor)")
        .kernel([](const Tensor& self, bool return_inverse, bool return_counts, std::optional<int64_t> dim) {
            return dim ? unique_slices<false>(self, *dim, true, true)
                       : unique_elements<false>(self, return_inverse, return_counts);
        });
    ops.add(
           "aten::unique_dim_consecutive(Tensor self, int dim, bool return_inverse=False, bool return_counts=False) -> "
           "(Tensor, Tensor, Tensor)")
        .kernel(
            [](const Tensor& self, int64_t dim, bool, bool) { return unique_slices<false>(self, dim, true, true); });
}

}  // namespace wick::jit
