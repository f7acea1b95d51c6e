#include "ops/index_plan.h"

#include <algorithm>

#include <wick/support/parallel.h>

#include "ops/element_of_size.h"
#include "ops/geometry.h"
#include "ops/wrapping.h"

namespace wick::ops {
namespace {

bool is_mask(const Tensor& index) { return index.dtype() == DType::bool_ || index.dtype() == DType::uint8; }

/// One int64 index per dimension (undefined: whole), masks replaced by the positions they hold.
std::vector<Tensor> index_per_dim(const Tensor& self, const Indices& indices) {
    std::vector<Tensor> result;
    for (const std::optional<Tensor>& given : indices) {
        if (!given || !given->defined()) {
            result.emplace_back();
            continue;
        }
        const Tensor& index = *given;
        WICK_CHECK_INDEX(is_mask(index) || index.dtype() == DType::int64 || index.dtype() == DType::int32,
                         "tensors used as indices must be long, int, byte or bool tensors");
        if (!is_mask(index)) {
            result.push_back(to_dtype(index, DType::int64));
            continue;
        }
        for (int64_t d = 0; d < index.dim(); ++d) {
            const int64_t at = static_cast<int64_t>(result.size()) + d;
            WICK_CHECK_INDEX(at < self.dim(), "too many indices for tensor of dimension {}", self.dim());
            WICK_CHECK_INDEX(
                index.sizes()[d] == self.sizes()[at],
                "The shape of the mask {} at index {} does not match the shape of the indexed tensor {} at index {}",
                format_sizes(index.sizes()), d, format_sizes(self.sizes()), at);
        }
        const Tensor positions = nonzero(index);
        for (int64_t d = 0; d < index.dim(); ++d) result.push_back(select(positions, 1, d));
        WICK_CHECK_INDEX(index.dim() > 0, "masks without dimensions are not supported as indices");
    }
    WICK_CHECK_INDEX(static_cast<int64_t>(result.size()) <= self.dim(),
                     "too many indices for tensor of dimension {} (got {})", self.dim(), result.size());
    result.resize(static_cast<size_t>(self.dim()));
    return result;
}

/// Element offsets of every position of the dimensions, row-major.
std::vector<int64_t> offsets_of(IntArrayRef sizes, IntArrayRef strides) {
    std::vector<int64_t> offsets{0};
    for (size_t d = 0; d < sizes.size(); ++d) {
        std::vector<int64_t> next;
        next.reserve(offsets.size() * static_cast<size_t>(sizes[d]));
        for (int64_t base : offsets)
            for (int64_t i = 0; i < sizes[d]; ++i) next.push_back(base + i * strides[d]);
        offsets = std::move(next);
    }
    return offsets;
}

/// The mask that chooses elements of `self` one by one, if that is what the indices are.
const Tensor* mask_of_all(const Tensor& self, const Indices& indices) {
    if (indices.size() != 1 || !indices[0] || !indices[0]->defined()) return nullptr;
    const Tensor& mask = *indices[0];
    return is_mask(mask) && mask.dim() > 0 && mask.sizes() == self.sizes() ? &mask : nullptr;
}

Tensor chosen(const Tensor& self, const Tensor& given) {
    const Tensor mask = contiguous(to_dtype(given, DType::bool_)), x = contiguous(self);
    const bool* keep = mask.data<bool>();
    const int64_t n = mask.numel(), count = std::count(keep, keep + n, true);
    const Tensor result = empty({count}, self.dtype());
    with_element_of_size(self.itemsize(), [&]<class E>() {
        const E* from = static_cast<const E*>(x.data_ptr());
        E* to = static_cast<E*>(result.mutable_data_ptr());
        // Without a branch for each; the last one that is kept ends it, so that nothing is written behind.
        int64_t at = 0;
        for (int64_t i = 0; at < count; ++i) {
            to[at] = from[i];
            at += keep[i];
        }
    });
    return result;
}

void fill_chosen(const Tensor& self, const Tensor& given, const Tensor& value) {
    const Tensor mask = contiguous(to_dtype(given, DType::bool_));
    const OperandGeometry operands[] = {OperandGeometry(self), OperandGeometry(mask)};
    const Loop loop(self.sizes(), operands);
    const bool* keep = mask.data<bool>();
    with_element_of_size(self.itemsize(), [&]<class E>() {
        const E filling = *static_cast<const E*>(value.data_ptr());
        E* const to = static_cast<E*>(self.mutable_data_ptr());
        loop.for_each_run(0, loop.numel(), [&](const int64_t* offsets, int64_t n) {
            for (int64_t i = 0; i < n; ++i)
                if (keep[offsets[1] + i * loop.strides(1)[0]]) to[offsets[0] + i * loop.strides(0)[0]] = filling;
        });
    });
}

}  // namespace

IndexPlan::IndexPlan(const Tensor& self, const Indices& indices) {
    std::vector<Tensor> per_dim = index_per_dim(self, indices);
    DimVector indexed;
    for (size_t d = 0; d < per_dim.size(); ++d)
        if (per_dim[d].defined()) indexed.push_back(static_cast<int64_t>(d));

    DimVector shape;
    for (int64_t d : indexed) {
        try {
            shape = broadcast_sizes(shape, per_dim[d].sizes());
        } catch (const OpError&) {
            std::vector<std::string> shapes;
            for (int64_t i : indexed) shapes.push_back(format_sizes(per_dim[i].sizes()));
            throw IndexError(
                fmt::format("shape mismatch: indexing tensors could not be broadcast together with shapes {}",
                            fmt::join(shapes, ", ")));
        }
    }
    const bool adjacent =
        indexed.empty() || indexed.back() - indexed.front() + 1 == static_cast<int64_t>(indexed.size());
    DimVector before;
    DimVector before_strides;
    DimVector after;
    DimVector after_strides;
    for (int64_t d = 0; d < self.dim(); ++d) {
        if (per_dim[d].defined()) continue;
        const bool leads = adjacent && !indexed.empty() && d < indexed.front();
        (leads ? before : after).push_back(self.sizes()[d]);
        (leads ? before_strides : after_strides).push_back(self.strides()[d]);
    }
    sizes = before;
    sizes.append(shape.begin(), shape.end());
    sizes.append(after.begin(), after.end());
    checked_numel(sizes);

    outer = offsets_of(before, before_strides);
    const DimVector dense = contiguous_strides(after);
    bool is_dense = true;
    for (size_t d = 0; d < after.size(); ++d) is_dense = is_dense && (after[d] == 1 || after_strides[d] == dense[d]);
    if (!is_dense) inner = offsets_of(after, after_strides);
    width = checked_numel(after);

    named.assign(static_cast<size_t>(checked_numel(shape)), 0);
    for (int64_t d : indexed) {
        const Tensor index = contiguous(expand(per_dim[d], shape));
        const int64_t* values = index.data<int64_t>();
        const int64_t size = self.sizes()[d];
        const int64_t stride = self.strides()[d];
        for (size_t i = 0; i < named.size(); ++i) {
            const int64_t at = values[i];
            WICK_CHECK_INDEX(at >= -size && at < size, "index {} is out of bounds for dimension {} with size {}", at, d,
                             size);
            named[i] += (at < 0 ? at + size : at) * stride;
        }
    }
}

Tensor index(const Tensor& self, const Indices& indices) {
    if (const Tensor* mask = mask_of_all(self, indices)) return chosen(self, *mask);
    const IndexPlan plan(self, indices);
    Tensor result = empty(plan.sizes, self.dtype());
    const int64_t width = plan.width;
    if (result.numel() == 0) return result;
    with_element_of_size(self.itemsize(), [&]<class E>() {
        const E* from = static_cast<const E*>(self.data_ptr());
        E* to = static_cast<E*>(result.mutable_data_ptr());
        const int64_t names = static_cast<int64_t>(plan.named.size());
        const int64_t rows = static_cast<int64_t>(plan.outer.size()) * names;
        parallel_for(0, rows, std::max<int64_t>(1, kParallelGrain / width), [&](int64_t begin, int64_t end) {
            for (int64_t row = begin; row < end; ++row) {
                const E* base = from + plan.outer[row / names] + plan.named[row % names];
                E* out = to + row * width;
                if (plan.inner.empty()) {
                    std::copy(base, base + width, out);
                } else {
                    for (int64_t k = 0; k < width; ++k) out[k] = base[plan.inner[k]];
                }
            }
        });
    });
    return result;
}

void index_put(const Tensor& self, const Indices& indices, const Tensor& given, bool accumulate) {
    WICK_CHECK(
        self.dtype() == given.dtype(),
        "Index put requires the source and destination dtypes match, got {} for the destination and {} for the source.",
        scalar_name_of(self.dtype()), scalar_name_of(given.dtype()));
    check_no_internal_overlap(self);
    if (const Tensor* mask = mask_of_all(self, indices); mask && given.numel() == 1 && !accumulate)
        return fill_chosen(self, *mask, given);
    const IndexPlan plan(self, indices);
    if (plan.numel() == 0) return;
    Tensor values = given;
    // Leading dimensions of size 1 beyond the result's rank are dropped, as assignment in NumPy does.
    while (values.dim() > static_cast<int64_t>(plan.sizes.size()) && values.sizes()[0] == 1)
        values = select(values, 0, 0);
    try {
        values = expand(values, plan.sizes);
    } catch (const OpError&) {
        throw OpError(
            fmt::format("shape mismatch: value tensor of shape {} cannot be broadcast to indexing result of shape {}",
                        format_sizes(given.sizes()), format_sizes(plan.sizes)));
    }
    values =
        values.impl()->storage == self.impl()->storage ? clone(values, MemoryFormat::contiguous) : contiguous(values);
    // Of each element that the named one stands for, in rows where they lie side by side.
    auto for_each = [&](auto&& write) {
        int64_t position = 0;
        for (int64_t outer : plan.outer) {
            for (int64_t named : plan.named) {
                const int64_t base = outer + named;
                if (plan.inner.empty()) {
                    for (int64_t k = 0; k < plan.width; ++k) write(base + k, position + k);
                } else {
                    for (int64_t k = 0; k < plan.width; ++k) write(base + plan.inner[k], position + k);
                }
                position += plan.width;
            }
        }
    };
    if (accumulate) {
        dispatch_dtype(self.dtype(), [&]<class T>() {
            T* const to = self.mutable_data<T>();
            const T* const from = values.data<T>();
            if constexpr (std::is_floating_point_v<T>) {
                if (plan.inner.empty() && plan.width > 1) {
                    const T* row = from;
                    for (int64_t outer : plan.outer) {
                        for (int64_t named : plan.named) {
                            T* __restrict__ sums = to + outer + named;
                            const T* __restrict__ more = row;
                            for (int64_t k = 0; k < plan.width; ++k) sums[k] += more[k];
                            row += plan.width;
                        }
                    }
                    return;
                }
            }
            for_each([to, from](int64_t at, int64_t position) {
                if constexpr (std::is_same_v<T, bool>) {
                    to[at] = to[at] || from[position];
                } else {
                    to[at] = wrapping_sum(to[at], from[position]);
                }
            });
        });
        return;
    }
    with_element_of_size(self.itemsize(), [&]<class E>() {
        E* const to = static_cast<E*>(self.mutable_data_ptr());
        const E* const from = static_cast<const E*>(values.data_ptr());
        for_each([to, from](int64_t at, int64_t position) { to[at] = from[position]; });
    });
}

Tensor index_select(const Tensor& self, int64_t dim, const Tensor& at) {
    dim = wrap_dim(dim, self.dim());
    WICK_CHECK_INDEX(at.dim() <= 1, "index_select(): Index is supposed to be a vector");
    WICK_CHECK(at.dtype() == DType::int64 || at.dtype() == DType::int32,
               "index_select(): Expected dtype int32 or int64 for index");
    const Tensor positions = at.dim() == 0 ? unsqueeze(at, 0) : at;
    if (self.dim() == 0) return view(index(unsqueeze(self, 0), {positions}), {});
    const int64_t* values = nullptr;
    const Tensor checked = contiguous(to_dtype(positions, DType::int64));
    values = checked.data<int64_t>();
    for (int64_t i = 0; i < checked.numel(); ++i)
        WICK_CHECK_INDEX(values[i] >= 0 && values[i] < self.sizes()[dim], "index out of range in self");
    Indices indices(static_cast<size_t>(dim));
    indices.emplace_back(checked);
    return index(self, indices);
}

Tensor nonzero(const Tensor& self) {
    const Tensor mask = contiguous(to_dtype(self, DType::bool_));
    const bool* data = mask.data<bool>();
    const int64_t count = std::count(data, data + mask.numel(), true);
    const int64_t rank = self.dim();
    Tensor result = empty({count, rank}, DType::int64);
    int64_t* out = result.mutable_data<int64_t>();
    if (rank == 0 || count == 0) return result;
    // Row by row: where its elements stand, without a branch for each, and then their positions.
    const int64_t length = self.sizes()[rank - 1];
    std::vector<int64_t> found(static_cast<size_t>(length) + 1);
    DimVector position(static_cast<size_t>(rank));
    for (int64_t row = 0; row < mask.numel(); row += length) {
        size_t here = 0;
        for (int64_t i = 0; i < length; ++i) {
            found[here] = i;
            here += data[row + i];
        }
        for (size_t i = 0; i < here; ++i) {
            for (int64_t d = 0; d < rank - 1; ++d) out[d] = position[d];
            out[rank - 1] = found[i];
            out += rank;
        }
        for (int64_t d = rank - 1; d-- > 0;) {
            if (++position[d] < self.sizes()[d]) break;
            position[d] = 0;
        }
    }
    return result;
}

}  // namespace wick::ops
