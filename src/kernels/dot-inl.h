// Products with at most kMaxDotRows rows on one side: dot products of rows that are contiguous along k, several in
// flight, the large side read once and in place. Compiled once per target.
#if defined(WICK_KERNELS_DOT_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef WICK_KERNELS_DOT_INL_H
#undef WICK_KERNELS_DOT_INL_H
#else
#define WICK_KERNELS_DOT_INL_H
#endif

#include <algorithm>
#include <hwy/cache_control.h>
#include <type_traits>

#include <wick/support/parallel.h>

#include "kernels/activation-inl.h"
#include "kernels/gemm_internal.h"
#include "kernels/pack-inl.h"
#include "kernels/target-inl.h"
#include "kernels/tile-inl.h"
#include "kernels/work.h"

HWY_BEFORE_NAMESPACE();
namespace wick::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using internal::Product;

inline constexpr int64_t kDotRows = 4;                 // that one pass over the weights serves
inline constexpr size_t kNearBytes = size_t{1} << 20;  // what a second-level cache keeps from call to call

// to[i] = the sum of v[i]'s lanes, i < kCount.
#if HWY_TARGET == HWY_SCALAR
template <int kCount, class T, class V>
HWY_INLINE void sums_of_lanes(const V* v, T* to) {
    for (int i = 0; i < kCount; ++i) to[i] = hn::GetLane(v[i]);
}
#else
template <class D, class V>
HWY_INLINE auto sum_of_blocks(D d, V v) {
    if constexpr (hn::MaxLanes(d) * sizeof(hn::TFromD<D>) > 16) {
        const hn::Half<D> half;
        return sum_of_blocks(half, hn::Add(hn::LowerHalf(half, v), hn::UpperHalf(half, v)));
    } else {
        return v;
    }
}

// As many vectors as a block of 16 bytes has lanes are interleaved and added until they are one vector, whose blocks
// have a lane of each; summing a vector alone takes as many shuffles.
template <int kCount, class T, class V>
HWY_INLINE void sums_of_lanes(const V* v, T* to) {
    const hn::ScalableTag<T> d;
    const auto add = [&](V a, V b)
                         HWY_ATTR { return hn::Add(hn::InterleaveLower(d, a, b), hn::InterleaveUpper(d, a, b)); };
    constexpr int kTogether = 16 / sizeof(T);
    constexpr int kWhole = kCount / kTogether * kTogether;
    WICK_UNROLL for (int i = 0; i < kWhole; i += kTogether) {
        V sums;
        if constexpr (kTogether == 4)
            sums = add(add(v[i], v[i + 2]), add(v[i + 1], v[i + 3]));
        else
            sums = add(v[i], v[i + 1]);
        const auto block = sum_of_blocks(d, sums);
        hn::StoreU(block, hn::DFromV<decltype(block)>(), to + i);
    }
    WICK_UNROLL for (int i = kWhole; i < kCount; ++i) to[i] = hn::GetLane(hn::SumOfLanes(d, v[i]));
}
#endif

// out[i * out_w + r * out_x] = (add ? out : 0) + alpha * dot(w row i, x row r), i < kW, r < kX.
// kAsks: the rows of the next call, which follow, are asked for meanwhile.
template <class T, int kX, int kW, bool kAsks>
HWY_INLINE void dots(int64_t k, T alpha, const T* HWY_RESTRICT x, int64_t ldx, const T* HWY_RESTRICT w, int64_t ldw,
                     T* out, int64_t out_w, int64_t out_x, bool add) {
    const hn::ScalableTag<T> d;
    using V = hn::Vec<decltype(d)>;
    // A row alone would wait for the latency of each multiply-add. Several rows go in step, a vector of each at a time:
    // more of a row at a time, or more rows, and the caches deliver less.
    constexpr int kSums = kW == 1 && kX == 1 ? 4 : 1;
    V sum[kSums][kX][kW];
    WICK_UNROLL for (int s = 0; s < kSums; ++s) {
        WICK_UNROLL for (int r = 0; r < kX; ++r) {
            WICK_UNROLL for (int i = 0; i < kW; ++i) sum[s][r][i] = hn::Zero(d);
        }
    }
    const auto step = [&](V(&to)[kX][kW], int64_t p, const auto& load) HWY_ATTR {
        V xv[kX];
        WICK_UNROLL for (int r = 0; r < kX; ++r) xv[r] = load(x + r * ldx + p);
        WICK_UNROLL for (int i = 0; i < kW; ++i) {
            if constexpr (kAsks) hwy::Prefetch(w + (i + kW) * ldw + p);
            const V wv = load(w + i * ldw + p);
            WICK_UNROLL for (int r = 0; r < kX; ++r) to[r][i] = hn::MulAdd(wv, xv[r], to[r][i]);
        }
    };
    const auto whole = [&](const T* from) HWY_ATTR { return hn::LoadU(d, from); };
    int64_t p = 0;
    for (; p + kSums * kLanes<T> <= k; p += kSums * kLanes<T>) {
        WICK_UNROLL for (int s = 0; s < kSums; ++s) step(sum[s], p + s * kLanes<T>, whole);
    }
    for (; p + kLanes<T> <= k; p += kLanes<T>) step(sum[0], p, whole);
    if (p < k) step(sum[0], p, [&](const T* from) HWY_ATTR { return load_some(d, from, static_cast<size_t>(k - p)); });
    WICK_UNROLL for (int s = 1; s < kSums; ++s) {
        WICK_UNROLL for (int r = 0; r < kX; ++r) {
            WICK_UNROLL for (int i = 0; i < kW; ++i) sum[0][r][i] = hn::Add(sum[0][r][i], sum[s][r][i]);
        }
    }
    WICK_UNROLL for (int r = 0; r < kX; ++r) {
        T sums[kW];
        sums_of_lanes<kW>(sum[0][r], sums);
        WICK_UNROLL for (int i = 0; i < kW; ++i) {
            const T s = alpha * sums[i];
            T& to = out[i * out_w + r * out_x];
            to = add ? to + s : s;
        }
    }
}

// `far`: w is more than the second-level cache keeps.
template <class T, int kX>
HWY_NOINLINE void dot_rows(int64_t rows, int64_t k, T alpha, const T* x, int64_t ldx, const T* w, int64_t ldw, T* out,
                           int64_t out_w, int64_t out_x, bool add, bool far) {
    constexpr int kW = kTileRows > 6 || kX <= 2 ? 4 : 2;
    int64_t i = 0;
    const auto run = [&](const auto asks) HWY_ATTR {
        for (; i + kW <= rows; i += kW)
            dots<T, kX, kW, asks()>(k, alpha, x, ldx, w + i * ldw, ldw, out + i * out_w, out_w, out_x, add);
    };
    // What has to compute more meanwhile is not held up by asking.
    if constexpr (kX > 1)
        run(std::true_type());
    else if (far)
        run(std::true_type());
    else
        run(std::false_type());
    for (; i < rows; ++i) dots<T, kX, 1, false>(k, alpha, x, ldx, w + i * ldw, ldw, out + i * out_w, out_w, out_x, add);
}

// By the number of rows of x - 1.
template <class T>
inline constexpr decltype(&dot_rows<T, 1>) kDots[kDotRows] = {dot_rows<T, 1>, dot_rows<T, 2>, dot_rows<T, 3>,
                                                              dot_rows<T, 4>};

// Does the product if its shape and layout fit; false if they do not.
template <class T>
bool multiply_dots(const Product<T>& q) {
    // The side with few rows is x, the other w.
    const bool few_rows = q.m <= internal::kMaxDotRows && q.b.row_stride == 1;
    const bool few_cols = q.n <= internal::kMaxDotRows && q.a.col_stride == 1;
    if (!few_rows && !few_cols) return false;
    const MatrixView<T> xs = few_rows ? q.a : q.b.transposed(), ws = few_rows ? q.b.transposed() : q.a;
    const int64_t few = few_rows ? q.m : q.n, many = few_rows ? q.n : q.m;
    // Short sums do not pay for their reduction across lanes.
    if (few > kDotRows && q.k < 8 * kLanes<T>) return false;
    const bool copy_x = xs.col_stride != 1 && q.k > 1;
    const Scratch scratch(q.scratch, copy_x ? sizeof(T) * static_cast<size_t>(few * q.k) : 0);
    const T* x = xs.data;
    int64_t ldx = xs.row_stride;
    if (copy_x) {
        T* copy = scratch.at<T>();
        for (int64_t r = 0; r < few; ++r)
            for (int64_t p = 0; p < q.k; ++p) copy[r * q.k + p] = xs.data[r * xs.row_stride + p * xs.col_stride];
        x = copy;
        ldx = q.k;
    }
    const double row_flops = double(q.k) * std::max(2.0 * double(few), double(sizeof(T)) * kFlopsPerByte);
    // In eights, the rows that are in flight together.
    const int64_t grain = (work_grain(many, row_flops) + 7) / 8 * 8;
    const bool far = sizeof(T) * static_cast<size_t>(many * q.k) > kNearBytes;
    const int64_t out_w = few_rows ? 1 : q.ldc, out_x = few_rows ? q.ldc : 1;
    // More than kDotRows rows go in groups, over as much of w as the first-level cache keeps.
    const int64_t strip = few <= kDotRows ? many : std::max<int64_t>(8, (1 << 12) / std::max<int64_t>(1, q.k) / 8 * 8);
    const auto body = [&](int64_t begin, int64_t end) HWY_ATTR {
        for (int64_t i = begin; i < end; i += strip) {
            const int64_t count = std::min(strip, end - i);
            for (int64_t r = 0; r < few; r += kDotRows) {
                const int64_t group = std::min(kDotRows, few - r);
                kDots<T>[group - 1](count, q.k, q.alpha, x + r * ldx, ldx, ws.data + i * ws.row_stride, ws.row_stride,
                                    q.c + i * out_w + r * out_x, out_w, out_x, q.accumulate, far);
            }
        }
        if (q.epilogue.empty()) return;
        if (few_rows)
            finish_tile(q.epilogue, q.c + begin, q.ldc, few, end - begin, 0, begin);
        else
            finish_tile(q.epilogue, q.c + begin * q.ldc, q.ldc, end - begin, few, begin, 0);
    };
    parallel_for(0, many, grain, body);
    return true;
}

}  // namespace wick::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
