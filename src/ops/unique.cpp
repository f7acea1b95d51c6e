// Distinct values: sorted, or where a run of equal ones begins.

#include <algorithm>
#include <numeric>

#include <wick/support/stop_check.h>

#include "ops/index_plan.h"
#include "ops/registry.h"
#include "ops/rows.h"
#include "ops/tensor_ops.h"

namespace wick::jit {

using namespace ops;

namespace {

/// The distinct values (or slices), for each input its place among them, and how often each occurs.
using Distinct = std::tuple<Tensor, Tensor, Tensor>;

/// Which inputs are kept, in the order of the output, and the group of each input.
struct Groups {
    std::vector<int64_t> first;
    std::vector<int64_t> counts;
    std::vector<int64_t> group_of;
};

/// Groups the inputs `order[0], order[1], …`, of which equal ones stand together.
template <class Equal>
Groups group(const std::vector<int64_t>& order, Equal equal) {
    Groups groups;
    groups.group_of.resize(order.size());
    for (size_t i = 0; i < order.size(); ++i) {
        if (i == 0 || !equal(order[i - 1], order[i])) {
            groups.first.push_back(order[i]);
            groups.counts.push_back(0);
        }
        ++groups.counts.back();
        groups.group_of[static_cast<size_t>(order[i])] = static_cast<int64_t>(groups.first.size()) - 1;
    }
    return groups;
}

std::vector<int64_t> in_order(int64_t count) {
    std::vector<int64_t> order(static_cast<size_t>(count));
    std::iota(order.begin(), order.end(), int64_t{0});
    return order;
}

/// Three-way comparison in which NaN is the largest; two NaNs are equally large but not the same.
template <class T>
int compare(T a, T b) {
    if (is_nan_value(a) || is_nan_value(b)) return is_nan_value(a) - is_nan_value(b);
    return a < b ? -1 : b < a;
}

Tensor optional_result(bool wanted, const std::vector<int64_t>& values, IntArrayRef sizes) {
    return wanted ? view(int_tensor(values), sizes) : empty({0}, DType::int64);
}

template <bool sorted>
Distinct unique_elements(const Tensor& self, bool return_inverse, bool return_counts) {
    const Tensor flat = reshape(self, {-1});
    const Tensor dense = contiguous(flat);
    Groups groups;
    dispatch_ordered(self.dtype(), "unique", [&]<class T>() {
        const T* data = dense.data<T>();
        std::vector<int64_t> order = in_order(dense.numel());
        StopCounter counter;
        if (sorted)
            std::stable_sort(order.begin(), order.end(),
                             [&](int64_t a, int64_t b) { return counter.step(), compare(data[a], data[b]) < 0; });
        groups = group(order, [&](int64_t a, int64_t b) { return data[a] == data[b]; });
    });
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
    Groups groups;
    dispatch_ordered(self.dtype(), "unique_dim", [&]<class T>() {
        const T* data = rows.data<T>();
        const auto difference = [&](int64_t a, int64_t b) {
            for (int64_t i = 0; i < width; ++i) {
                if (const int order = compare(data[a * width + i], data[b * width + i])) return order;
            }
            return 0;
        };
        std::vector<int64_t> order = in_order(count);
        StopCounter counter;
        if (sorted)
            std::stable_sort(order.begin(), order.end(),
                             [&](int64_t a, int64_t b) { return counter.step(), difference(a, b) < 0; });
        groups = group(order, [&](int64_t a, int64_t b) {
            return std::equal(data + a * width, data + (a + 1) * width, data + b * width);
        });
    });
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
           "(Tensor, "
           "Tensor, Tensor)")
        .kernel([](const Tensor& self, bool, bool return_inverse, bool return_counts) {
            return unique_elements<true>(self, return_inverse, return_counts);
        });
    ops.add(
           "aten::unique_dim(Tensor self, int dim, bool sorted=True, bool return_inverse=False, bool "
           "return_counts=False) -> "
           "(Tensor, Tensor, Tensor)")
        .kernel([](const Tensor& self, int64_t dim, bool, bool return_inverse, bool return_counts) {
            // The inverse and the counts are always there.
            return unique_slices<true>(self, dim, true, true);
        });
    ops.add(
           "aten::unique_consecutive(Tensor self, bool return_inverse=False, bool return_counts=False, int? dim=None) "
           "-> "
           "(Tensor, Tensor, Tensor)")
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
