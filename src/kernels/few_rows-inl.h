// Products of a few rows, more than a handful of dot products, with a B that is contiguous along k (a Linear layer's
// weight as stored): C^T = B^T A^T, in tiles whose rows are B's columns, read once and in place. Compiled once per
// target.
#if defined(WICK_KERNELS_FEW_ROWS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef WICK_KERNELS_FEW_ROWS_INL_H
#undef WICK_KERNELS_FEW_ROWS_INL_H
#else
#define WICK_KERNELS_FEW_ROWS_INL_H
#endif

#include <algorithm>

#include <wick/support/parallel.h>

#include "kernels/activation-inl.h"
#include "kernels/dot-inl.h"
#include "kernels/gemm_internal.h"
#include "kernels/pack-inl.h"
#include "kernels/target-inl.h"
#include "kernels/tile-inl.h"
#include "kernels/work.h"

HWY_BEFORE_NAMESPACE();
namespace wick::kernels::HWY_NAMESPACE {
using internal::Product;

inline constexpr int64_t kFewRowsK = 1024;   // of A^T: 64 KB, from the second-level cache
inline constexpr int64_t kFewRowsGroup = 8;  // panels of B that are computed before their results go to C

// Does the product if its shape and layout fit; false if they do not.
template <class T>
bool multiply_few_rows(const Product<T>& q) {
    if (q.k == 0 || q.m <= kDotRows || q.m > std::min(internal::kMaxDotRows, kPanel<T>) || q.b.row_stride != 1 ||
        q.accumulate || q.alpha != T(1))
        return false;
    const int64_t width = q.m > kLanes<T> ? kPanel<T> : kLanes<T>;
    const Scratch scratch(q.scratch, sizeof(T) * static_cast<size_t>(width * q.k));
    T* columns = scratch.at<T>();
    pack_panel(q.a.data, q.a.col_stride, q.a.row_stride, q.k, q.m, width, columns);
    const RowPanels rows(q.n);
    const int64_t blocks = (q.k + kFewRowsK - 1) / kFewRowsK;
    const double bytes = double(sizeof(T)) * double(q.k) * double(kTileRows);
    const int64_t grain =
        work_grain(rows.count, std::max(bytes * kFlopsPerByte, 2.0 * double(width) * double(q.k) * kTileRows));
    parallel_for(0, rows.count, grain, [&](int64_t begin, int64_t end) HWY_ATTR {
        HWY_ALIGN T results[kFewRowsGroup * kTileRows * kPanel<T>];
        for (int64_t group = begin; group < end; group += kFewRowsGroup) {
            const int64_t last = std::min(end, group + kFewRowsGroup), first_row = rows.start(group);
            for (int64_t b = 0; b < blocks; ++b) {
                const int64_t k0 = q.k * b / blocks, kc = q.k * (b + 1) / blocks - k0;
                for (int64_t i = group; i < last; ++i) {
                    const int64_t row = rows.start(i);
                    kTiles<T>.at[0][width == kPanel<T> ? 1 : 0][rows.height(i) - 1](
                        kc, q.b.data + row * q.b.col_stride + k0, q.b.col_stride, columns + k0 * width, width,
                        results + (row - first_row) * width, width, b > 0);
                }
            }
            const int64_t count = rows.start(last - 1) + rows.height(last - 1) - first_row;
            transpose(results, width, count, q.m, q.c + first_row, q.ldc);
            if (!q.epilogue.empty()) finish_tile(q.epilogue, q.c + first_row, q.ldc, q.m, count, 0, first_row);
        }
    });
    return true;
}

}  // namespace wick::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
