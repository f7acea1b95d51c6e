#pragma once
// Operators that treat a tensor as rows along one dimension: sorting, scans, positions of extremes.

#include <wick/support/parallel.h>

#include "ops/geometry.h"
#include "ops/op_errors.h"
#include "ops/tensor_ops.h"

namespace wick::ops {

/// A tensor with one dimension moved last and made dense: row r is data[r * length … + length).
struct Rows {
    Tensor dense;
    int64_t dim;  ///< wrapped
    int64_t length;
    int64_t count;
    DimVector outer;  ///< sizes without the dimension

    Rows(const Tensor& self, int64_t along) : dim(wrap_dim(along, self.dim())) {
        dense = self.dim() == 0 ? reshape(self, {1}) : contiguous(movedim(self, dim, -1));
        length = dense.sizes().back();
        outer = DimVector(dense.sizes().slice(0, dense.sizes().size() - 1));
        count = checked_numel(outer);
        is_scalar_ = self.dim() == 0;
    }

    /// A fresh tensor of rows with another length.
    Tensor make(int64_t row_length, DType dtype) const {
        DimVector sizes(outer);
        sizes.push_back(row_length);
        return empty(sizes, dtype);
    }
    /// Such a tensor with its last dimension moved back to where it was.
    Tensor restore(const Tensor& rows) const { return is_scalar_ ? view(rows, {}) : movedim(rows, -1, dim); }
    /// Such a tensor of rows of length 1, with the dimension kept or dropped.
    Tensor restore_single(const Tensor& rows, bool keepdim) const {
        if (is_scalar_) return view(rows, {});
        return keepdim ? movedim(rows, -1, dim) : squeeze(rows, -1);
    }
    /// fn(row) for every row, in parallel.
    template <class F>
    void for_each(F&& fn) const {
        parallel_for(0, count, std::max<int64_t>(1, kParallelGrain / 4 / std::max<int64_t>(length, 1)),
                     [&](int64_t begin, int64_t end) {
                         for (int64_t row = begin; row < end; ++row) fn(row);
                     });
    }

 private:
    bool is_scalar_;
};

/// OpError `"<name>" not implemented for …` for a dtype whose values have no order.
inline void check_ordered(DType dtype, std::string_view name) {
    if (is_complex(dtype)) throw_not_implemented(name, dtype);
}

/// Calls f.operator()<T>() for a dtype that passes check_ordered.
template <class F>
void dispatch_ordered(DType dtype, std::string_view name, F&& f) {
    check_ordered(dtype, name);
    dispatch_dtype(dtype, [&]<class T>() {
        if constexpr (!std::is_same_v<T, std::complex<float>> && !std::is_same_v<T, std::complex<double>>)
            f.template operator()<T>();
    });
}

/// Whether a value is NaN, for any type.
template <class T>
bool is_nan_value(T value) {
    return value != value;
}

}  // namespace wick::ops
