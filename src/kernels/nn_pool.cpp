#include "kernels/nn_pool.h"

#include "kernels/simd.h"
// The include of foreach_target.h compiles this file once per instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/nn_pool.cpp"
#include <algorithm>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include <limits>
#include <vector>

#include <wick/support/parallel.h>

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
#define WICK_INSTANTIATE(T, suffix)                                                                                 \
    void max_pool_##suffix(const PoolShape& s, int64_t planes, const T* x, T* y) { run_max_pool(s, planes, x, y); } \
    void avg_pool_##suffix(const PoolShape& s, int64_t planes, const T* x, T* y, bool count_include_pad,            \
                           int64_t divisor) {                                                                       \
        run_avg_pool(s, planes, x, y, count_include_pad, divisor);                                                  \
    }
WICK_INSTANTIATE(float, f32)
WICK_INSTANTIATE(double, f64)
#undef WICK_INSTANTIATE

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
    }
WICK_EXPORT(float, f32)
WICK_EXPORT(double, f64)
#undef WICK_EXPORT

}  // namespace wick::kernels
#endif
