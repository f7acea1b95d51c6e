#include "kernels/nn_pool.h"

#include "kernels/simd.h"
// The include of foreach_target.h compiles this file once per instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/nn_pool.cpp"
#include <algorithm>
#include <hwy/foreach_target.h>
#include <limits>
#include <vector>

#include <wick/support/parallel.h>

#include "kernels/target-inl.h"

HWY_BEFORE_NAMESPACE();
namespace wick::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

inline constexpr int64_t kWork = 32768;  // window positions that are worth another thread

struct MaxJoin {
    template <class V>
    static HWY_INLINE V vectors(V a, V b) {
        return hn::IfThenElse(hn::Or(hn::IsNaN(b), hn::Gt(b, a)), b, a);
    }
    template <class T>
    static T one(T a, T b) {
        return b > a || b != b ? b : a;
    }
    template <class T>
    static constexpr T neutral() {
        return -std::numeric_limits<T>::infinity();
    }
};

struct SumJoin {
    template <class V>
    static HWY_INLINE V vectors(V a, V b) {
        return hn::Add(a, b);
    }
    template <class T>
    static T one(T a, T b) {
        return a + b;
    }
    template <class T>
    static constexpr T neutral() {
        return T(0);
    }
};

template <class Join, class T>
HWY_INLINE void join_row(int64_t n, const T* x, T* acc, bool first) {
    if (first) {
        std::copy_n(x, n, acc);
        return;
    }
    const hn::ScalableTag<T> d;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
    int64_t i = 0;
    for (; i + lanes <= n; i += lanes)
        hn::StoreU(Join::vectors(hn::LoadU(d, acc + i), hn::LoadU(d, x + i)), d, acc + i);
    for (; i < n; ++i) acc[i] = Join::one(acc[i], x[i]);
}

// y[j] = join of row[j * stride + k * dilation] over k; `row` holds `length` elements.
template <class Join, class T>
HWY_INLINE void join_neighbours(const T* row, int64_t length, int64_t kernel, int64_t stride, int64_t dilation, T* y,
                                int64_t n) {
    const hn::ScalableTag<T> d;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
    int64_t j = 0;
    if (stride == 1) {
        for (; j + lanes <= n; j += lanes) {
            auto v = hn::LoadU(d, row + j);
            for (int64_t k = 1; k < kernel; ++k) v = Join::vectors(v, hn::LoadU(d, row + j + k * dilation));
            hn::StoreU(v, d, y + j);
        }
    } else if (stride == 2) {
        // Two vectors are read for every one that is used: stay inside the row.
        for (; j + lanes <= n && 2 * j + (kernel - 1) * dilation + 2 * lanes <= length; j += lanes) {
            hn::Vec<decltype(d)> v, odd;
            hn::LoadInterleaved2(d, row + 2 * j, v, odd);
            int64_t k = 1;
            if (dilation == 1 && kernel > 1) v = Join::vectors(v, odd), k = 2;
            for (; k < kernel; ++k) {
                hn::Vec<decltype(d)> even;
                hn::LoadInterleaved2(d, row + 2 * j + k * dilation, even, odd);
                v = Join::vectors(v, even);
            }
            hn::StoreU(v, d, y + j);
        }
    }
    for (; j < n; ++j) {
        T v = row[j * stride];
        for (int64_t k = 1; k < kernel; ++k) v = Join::one(v, row[j * stride + k * dilation]);
        y[j] = v;
    }
}

// First and past-the-last kernel position of window i that lie inside [0, in).
struct Span {
    Span(const PoolShape& s, int dim, int64_t i) {
        const int64_t start = i * s.stride[dim] - s.padding[dim], step = s.dilation[dim];
        begin = start < 0 ? (-start + step - 1) / step : 0;
        end = std::min(s.kernel[dim], (s.in[dim] - start + step - 1) / step);
        base = start;
    }
    int64_t begin, end, base;
};

template <class Join, class T, class Finish>
HWY_INLINE void pool_planes(const PoolShape& s, int64_t begin, int64_t end, const T* x, T* y, Finish finish) {
    const int64_t width = s.in[2], pad = s.padding[2];
    const int64_t length = std::max(pad + width, (s.out[2] - 1) * s.stride[2] + (s.kernel[2] - 1) * s.dilation[2] + 1);
    std::vector<T> buffer(static_cast<size_t>(length), Join::template neutral<T>());
    T* row = buffer.data();
    for (int64_t plane = begin; plane < end; ++plane) {
        const T* from = x + plane * s.in_size();
        T* to = y + plane * s.out_size();
        for (int64_t od = 0; od < s.out[0]; ++od) {
            const Span depth(s, 0, od);
            for (int64_t oh = 0; oh < s.out[1]; ++oh) {
                const Span height(s, 1, oh);
                bool first = true;
                for (int64_t kd = depth.begin; kd < depth.end; ++kd) {
                    for (int64_t kh = height.begin; kh < height.end; ++kh) {
                        const int64_t id = depth.base + kd * s.dilation[0], ih = height.base + kh * s.dilation[1];
                        join_row<Join>(width, from + (id * s.in[1] + ih) * width, row + pad, first);
                        first = false;
                    }
                }
                if (first) std::fill_n(row + pad, width, Join::template neutral<T>());
                T* out = to + (od * s.out[1] + oh) * s.out[2];
                join_neighbours<Join>(row, length, s.kernel[2], s.stride[2], s.dilation[2], out, s.out[2]);
                finish(out, od, oh);
            }
        }
    }
}

int64_t grain_of(const PoolShape& s) {
    const int64_t work = s.out_size() * s.kernel[0] * s.kernel[1] * s.kernel[2] + s.in_size();
    return std::max<int64_t>(1, kWork / std::max<int64_t>(1, work));
}

template <class T>
void run_max_pool(const PoolShape& s, int64_t planes, const T* x, T* y) {
    parallel_for(0, planes, grain_of(s), [&](int64_t begin, int64_t end) {
        pool_planes<MaxJoin>(s, begin, end, x, y, [](T*, int64_t, int64_t) {});
    });
}

// The largest element of one window, read element by element.
template <class T>
HWY_INLINE void max_of_window(const PoolShape& s, const T* plane, const Span& depth, const Span& height,
                              const Span& width, T* y, int64_t* index) {
    const auto at = [&](int64_t kd, int64_t kh, int64_t kw) {
        return ((depth.base + kd * s.dilation[0]) * s.in[1] + height.base + kh * s.dilation[1]) * s.in[2] + width.base +
               kw * s.dilation[2];
    };
    T top =
        std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::lowest();
    int64_t best = at(depth.begin, height.begin, width.begin);
    for (int64_t kd = depth.begin; kd < depth.end; ++kd) {
        for (int64_t kh = height.begin; kh < height.end; ++kh) {
            for (int64_t kw = width.begin; kw < width.end; ++kw) {
                const int64_t i = at(kd, kh, kw);
                if (plane[i] > top || plane[i] != plane[i]) top = plane[i], best = i;
            }
        }
    }
    *y = top;
    *index = best;
}

// Windows [j, last) of an output row, all of whose columns lie inside the plane, a vector of the tag at a time; returns
// where it stopped: before a vector that would be read beyond `limit` elements from the plane's start, or holds a NaN.
template <int kStride, class D, class T>
HWY_INLINE int64_t max_of_windows(D d, const PoolShape& s, const T* plane, int64_t limit, const Span& depth,
                                  const Span& height, int64_t j, int64_t last, T* y, int64_t* index) {
    constexpr hn::RebindToSigned<D> di;
    using Index = hn::TFromD<decltype(di)>;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d)), taps = s.kernel[2];
    const auto steps = hn::Mul(hn::Iota(di, 0), hn::Set(di, kStride));
    HWY_ALIGN Index found[hn::MaxLanes(di)];
    const auto row_at = [&](int64_t kd, int64_t kh) {
        return ((depth.base + kd * s.dilation[0]) * s.in[1] + height.base + kh * s.dilation[1]) * s.in[2];
    };
    for (; j + lanes <= last; j += lanes) {
        const int64_t start = j * kStride - s.padding[2];
        if (row_at(depth.end - 1, height.end - 1) + start + (taps - 1) * s.dilation[2] + kStride * lanes > limit) {
            // The two neighbours of a pair are read together.
            const bool pairs = kStride == 2 && s.dilation[2] == 1 && taps % 2 == 0;
            if (!pairs || row_at(depth.end - 1, height.end - 1) + start + taps - 2 + 2 * lanes > limit) return j;
        }
        auto top = hn::Set(d, -std::numeric_limits<T>::infinity());
        auto best = hn::Add(hn::Set(di, static_cast<Index>(row_at(depth.begin, height.begin) + start)), steps);
        auto nan = hn::IsNaN(hn::Zero(d));
        for (int64_t kd = depth.begin; kd < depth.end; ++kd) {
            for (int64_t kh = height.begin; kh < height.end; ++kh) {
                const int64_t row = row_at(kd, kh) + start;
                const auto join = [&](auto v, int64_t column) HWY_ATTR {
                    const auto wins = hn::Gt(v, top);
                    nan = hn::Or(nan, hn::IsNaN(v));
                    top = hn::IfThenElse(wins, v, top);
                    best = hn::IfThenElse(hn::RebindMask(di, wins),
                                          hn::Add(hn::Set(di, static_cast<Index>(row + column)), steps), best);
                };
                for (int64_t kw = 0; kw < taps;) {
                    const int64_t column = kw * s.dilation[2];
                    if constexpr (kStride == 1) {
                        join(hn::LoadU(d, plane + row + column), column);
                        ++kw;
                    } else {
                        hn::Vec<decltype(d)> even, odd;
                        hn::LoadInterleaved2(d, plane + row + column, even, odd);
                        join(even, column);
                        ++kw;
                        if (s.dilation[2] != 1 || kw == taps) continue;
                        join(odd, column + 1);
                        ++kw;
                    }
                }
            }
        }
        if (!hn::AllFalse(d, nan)) return j;
        hn::StoreU(top, d, y + j);
        hn::Store(best, di, found);
        for (int64_t l = 0; l < lanes; ++l) index[j + l] = static_cast<int64_t>(found[l]);
    }
    return j;
}

// As above with vectors that get shorter towards the end.
template <int kStride, class T>
HWY_INLINE int64_t max_of_row(const PoolShape& s, const T* plane, int64_t limit, const Span& depth, const Span& height,
                              int64_t j, int64_t last, T* y, int64_t* index) {
    j = max_of_windows<kStride>(hn::ScalableTag<T>(), s, plane, limit, depth, height, j, last, y, index);
    j = max_of_windows<kStride>(hn::CappedTag<T, 8>(), s, plane, limit, depth, height, j, last, y, index);
    return max_of_windows<kStride>(hn::CappedTag<T, 4>(), s, plane, limit, depth, height, j, last, y, index);
}

template <class T>
void run_max_pool_indices(const PoolShape& s, int64_t planes, const T* x, T* y, int64_t* index) {
    const int64_t reach = (s.kernel[2] - 1) * s.dilation[2];
    // Windows whose columns all lie inside.
    const int64_t inner = std::min(s.out[2], (s.padding[2] + s.stride[2] - 1) / s.stride[2]);
    const int64_t inner_end =
        std::clamp((s.in[2] - 1 - reach + s.padding[2] + s.stride[2]) / s.stride[2], inner, s.out[2]);
    const bool vectors = s.stride[2] <= 2 && s.in_size() <= std::numeric_limits<int32_t>::max();
    parallel_for(0, planes, grain_of(s), [&](int64_t begin, int64_t end) HWY_ATTR {
        for (int64_t plane = begin; plane < end; ++plane) {
            const T* from = x + plane * s.in_size();
            const int64_t limit = (planes - plane) * s.in_size();
            for (int64_t od = 0; od < s.out[0]; ++od) {
                const Span depth(s, 0, od);
                for (int64_t oh = 0; oh < s.out[1]; ++oh) {
                    const Span height(s, 1, oh);
                    const int64_t row = plane * s.out_size() + (od * s.out[1] + oh) * s.out[2];
                    for (int64_t j = 0; j < s.out[2]; ++j) {
                        if constexpr (!std::is_integral_v<T>) {
                            if (vectors && j >= inner && j < inner_end)
                                j = s.stride[2] == 1 ? max_of_row<1>(s, from, limit, depth, height, j, inner_end,
                                                                     y + row, index + row)
                                                     : max_of_row<2>(s, from, limit, depth, height, j, inner_end,
                                                                     y + row, index + row);
                            if (j == s.out[2]) break;
                        }
                        max_of_window(s, from, depth, height, Span(s, 2, j), y + row + j, index + row + j);
                    }
                }
            }
        }
    });
}

// Positions of every window along one dimension.
std::vector<int64_t> window_sizes(const PoolShape& s, int dim, bool count_include_pad) {
    std::vector<int64_t> sizes(static_cast<size_t>(s.out[dim]));
    for (int64_t i = 0; i < s.out[dim]; ++i) {
        int64_t start = i * s.stride[dim] - s.padding[dim];
        int64_t end = std::min(start + s.kernel[dim], s.in[dim] + s.padding[dim]);
        if (!count_include_pad) {
            start = std::max<int64_t>(start, 0);
            end = std::min(end, s.in[dim]);
        }
        sizes[i] = end - start;
    }
    return sizes;
}

template <class T>
void run_avg_pool(const PoolShape& s, int64_t planes, const T* x, T* y, bool count_include_pad, int64_t divisor) {
    const std::vector<int64_t> depth = window_sizes(s, 0, count_include_pad),
                               height = window_sizes(s, 1, count_include_pad),
                               width = window_sizes(s, 2, count_include_pad);
    parallel_for(0, planes, grain_of(s), [&](int64_t begin, int64_t end) {
        pool_planes<SumJoin>(s, begin, end, x, y, [&](T* out, int64_t od, int64_t oh) {
            const int64_t rows = depth[od] * height[oh];
            for (int64_t j = 0; j < s.out[2]; ++j) {
                const int64_t count = divisor != 0 ? divisor : rows * width[j];
                out[j] = divisor == 0 && count <= 0 ? T(0) : out[j] / static_cast<T>(count);
            }
        });
    });
}

// HWY_EXPORT wants plain functions.
#define WICK_INSTANTIATE_INDICES(T, suffix)                                                                \
    void max_pool_indices_##suffix(const PoolShape& s, int64_t planes, const T* x, T* y, int64_t* index) { \
        run_max_pool_indices(s, planes, x, y, index);                                                      \
    }
#define WICK_INSTANTIATE(T, suffix)                                                                                 \
    void max_pool_##suffix(const PoolShape& s, int64_t planes, const T* x, T* y) { run_max_pool(s, planes, x, y); } \
    void avg_pool_##suffix(const PoolShape& s, int64_t planes, const T* x, T* y, bool count_include_pad,            \
                           int64_t divisor) {                                                                       \
        run_avg_pool(s, planes, x, y, count_include_pad, divisor);                                                  \
    }                                                                                                               \
    WICK_INSTANTIATE_INDICES(T, suffix)
WICK_INSTANTIATE(float, f32)
WICK_INSTANTIATE(double, f64)
WICK_INSTANTIATE_INDICES(int64_t, i64)
#undef WICK_INSTANTIATE
#undef WICK_INSTANTIATE_INDICES

}  // namespace wick::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wick::kernels {

#define WICK_EXPORT(T, suffix)                                                                         \
    HWY_EXPORT(max_pool_##suffix);                                                                     \
    HWY_EXPORT(avg_pool_##suffix);                                                                     \
    template <>                                                                                        \
    void max_pool<T>(const PoolShape& shape, int64_t planes, const T* x, T* y) {                       \
        HWY_DYNAMIC_DISPATCH(max_pool_##suffix)(shape, planes, x, y);                                  \
    }                                                                                                  \
    template <>                                                                                        \
    void avg_pool<T>(const PoolShape& shape, int64_t planes, const T* x, T* y, bool count_include_pad, \
                     int64_t divisor) {                                                                \
        HWY_DYNAMIC_DISPATCH(avg_pool_##suffix)(shape, planes, x, y, count_include_pad, divisor);      \
    }                                                                                                  \
    WICK_EXPORT_INDICES(T, suffix)
#define WICK_EXPORT_INDICES(T, suffix)                                                                   \
    HWY_EXPORT(max_pool_indices_##suffix);                                                               \
    template <>                                                                                          \
    void max_pool_indices<T>(const PoolShape& shape, int64_t planes, const T* x, T* y, int64_t* index) { \
        HWY_DYNAMIC_DISPATCH(max_pool_indices_##suffix)(shape, planes, x, y, index);                     \
    }
WICK_EXPORT(float, f32)
WICK_EXPORT(double, f64)
WICK_EXPORT_INDICES(int64_t, i64)
#undef WICK_EXPORT
#undef WICK_EXPORT_INDICES

}  // namespace wick::kernels
#endif
