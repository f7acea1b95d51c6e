#include "kernels/nn_rows.h"

#include "kernels/simd.h"
// The include of foreach_target.h compiles this file once per instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/nn_rows.cpp"
#include <algorithm>
#include <cmath>
#include <hwy/foreach_target.h>
#include <limits>

#include <wick/support/parallel.h>

#include "kernels/activation-inl.h"
#include "kernels/pack-inl.h"
#include "kernels/target-inl.h"

HWY_BEFORE_NAMESPACE();
namespace wick::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

inline constexpr int64_t kGrain = 16384;  // elements that are worth another thread
inline constexpr int64_t kBlock = 4096;   // elements summed per lane before they are joined in double

template <class D, class V = hn::Vec<D>>
HWY_INLINE V exp_or_nan(D d, V x) {
    return hn::IfThenElse(hn::IsNaN(x), x, hn::Exp(d, x));
}

/// max(a, b) where a NaN in either wins.
template <class V>
HWY_INLINE V max_or_nan(V a, V b) {
    return hn::IfThenElse(hn::Or(hn::IsNaN(a), hn::Gt(a, b)), a, b);
}

// The part of a row that fills no vector, padded with `fill`.
template <class D, class T = hn::TFromD<D>>
HWY_INLINE hn::Vec<D> load_tail(D d, const T* p, int64_t count, T fill) {
    return hn::IfThenElse(hn::FirstN(d, static_cast<size_t>(count)), load_some(d, p, static_cast<size_t>(count)),
                          hn::Set(d, fill));
}

template <class T>
HWY_INLINE T row_max(const T* x, int64_t n) {
    const hn::ScalableTag<T> d;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
    auto best = hn::Set(d, -std::numeric_limits<T>::infinity());
    int64_t i = 0;
    for (; i + lanes <= n; i += lanes) best = max_or_nan(hn::LoadU(d, x + i), best);
    if (i < n) best = max_or_nan(load_tail(d, x + i, n - i, -std::numeric_limits<T>::infinity()), best);
    if (!hn::AllFalse(d, hn::IsNaN(best))) return std::numeric_limits<T>::quiet_NaN();
    return hn::GetLane(hn::MaxOfLanes(d, best));
}

// Calls f(vector, position, count) on whole vectors and then on the rest, count lanes of which are real.
template <class D, class F>
HWY_INLINE void for_vectors(D d, int64_t n, F&& f) {
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
    int64_t i = 0;
    for (; i + lanes <= n; i += lanes) f(i, lanes);
    if (i < n) f(i, n - i);
}

template <class D, class T = hn::TFromD<D>>
HWY_INLINE hn::Vec<D> load_count(D d, const T* p, int64_t count) {
    return count == static_cast<int64_t>(hn::Lanes(d)) ? hn::LoadU(d, p) : load_some(d, p, static_cast<size_t>(count));
}

template <class D, class T = hn::TFromD<D>>
HWY_INLINE void store_count(D d, hn::Vec<D> v, T* p, int64_t count) {
    if (count == static_cast<int64_t>(hn::Lanes(d))) {
        hn::StoreU(v, d, p);
    } else {
        store_some(d, v, p, static_cast<size_t>(count));
    }
}

template <class T>
HWY_NOINLINE void softmax_row(int64_t n, const T* x, T* y, bool log) {
    const hn::ScalableTag<T> d;
    const T top = row_max(x, n);
    const auto shift = hn::Set(d, top);
    auto sums = hn::Zero(d);
    for_vectors(d, n, [&](int64_t i, int64_t count) HWY_ATTR {
        const auto shifted = hn::Sub(load_count(d, x + i, count), shift);
        auto e = exp_or_nan(d, shifted);
        if (count < static_cast<int64_t>(hn::Lanes(d)))
            e = hn::IfThenElseZero(hn::FirstN(d, static_cast<size_t>(count)), e);
        sums = hn::Add(sums, e);
        store_count(d, log ? shifted : e, y + i, count);
    });
    const T sum = hn::GetLane(hn::SumOfLanes(d, sums));
    const auto scale = hn::Set(d, log ? std::log(sum) : T(1) / sum);
    for_vectors(d, n, [&](int64_t i, int64_t count) HWY_ATTR {
        const auto v = load_count(d, y + i, count);
        store_count(d, log ? hn::Sub(v, scale) : hn::Mul(v, scale), y + i, count);
    });
}

// `count` columns, at most kColumns, of an [n, stride] matrix.
inline constexpr int64_t kColumns = 256;

template <class T>
HWY_NOINLINE void softmax_columns(int64_t n, int64_t stride, int64_t columns, const T* x, T* y, bool log) {
    const hn::ScalableTag<T> d;
    HWY_ALIGN T top[kColumns + hn::MaxLanes(d)];
    HWY_ALIGN T sum[kColumns + hn::MaxLanes(d)];
    std::fill_n(top, columns, -std::numeric_limits<T>::infinity());
    std::fill_n(sum, columns, T(0));
    for (int64_t r = 0; r < n; ++r) {
        for_vectors(d, columns, [&](int64_t i, int64_t count) HWY_ATTR {
            const auto v = load_count(d, x + r * stride + i, count);
            hn::StoreU(max_or_nan(v, hn::LoadU(d, top + i)), d, top + i);
        });
    }
    for (int64_t r = 0; r < n; ++r) {
        for_vectors(d, columns, [&](int64_t i, int64_t count) HWY_ATTR {
            const auto shifted = hn::Sub(load_count(d, x + r * stride + i, count), hn::LoadU(d, top + i));
            const auto e = exp_or_nan(d, shifted);
            hn::StoreU(hn::Add(hn::LoadU(d, sum + i), e), d, sum + i);
            store_count(d, log ? shifted : e, y + r * stride + i, count);
        });
    }
    for (int64_t i = 0; i < columns; ++i) sum[i] = log ? std::log(sum[i]) : T(1) / sum[i];
    for (int64_t r = 0; r < n; ++r) {
        for_vectors(d, columns, [&](int64_t i, int64_t count) HWY_ATTR {
            const auto v = load_count(d, y + r * stride + i, count);
            const auto s = hn::LoadU(d, sum + i);
            store_count(d, log ? hn::Sub(v, s) : hn::Mul(v, s), y + r * stride + i, count);
        });
    }
}

// Rows that would not fill a vector are turned, so that each lane has one of its own.
template <class T>
HWY_NOINLINE void softmax_short_rows(int64_t rows, int64_t n, const T* x, T* y, bool log) {
    constexpr int64_t lanes = static_cast<int64_t>(hn::MaxLanes(hn::ScalableTag<T>()));
    HWY_ALIGN T turned[lanes * lanes];
    for (int64_t r = 0; r < rows; r += lanes) {
        const int64_t count = std::min(lanes, rows - r);
        transpose(x + r * n, n, count, n, turned, lanes);
        softmax_columns(n, lanes, count, turned, turned, log);
        transpose(turned, lanes, n, count, y + r * n, n);
    }
}

template <class T>
void run_softmax(int64_t outer, int64_t n, int64_t inner, const T* x, T* y, bool log) {
    if (n == 0 || inner == 0) return;
    if (inner == 1) {
        const bool is_short = n < static_cast<int64_t>(hn::MaxLanes(hn::ScalableTag<T>()));
        parallel_for(0, outer, std::max<int64_t>(1, kGrain / n), [&](int64_t begin, int64_t end) {
            if (is_short) return softmax_short_rows(end - begin, n, x + begin * n, y + begin * n, log);
            for (int64_t i = begin; i < end; ++i) softmax_row(n, x + i * n, y + i * n, log);
        });
        return;
    }
    const int64_t strips = (inner + kColumns - 1) / kColumns;
    const int64_t strip_elements = n * std::min(inner, kColumns);
    parallel_for(0, outer * strips, std::max<int64_t>(1, kGrain / strip_elements), [&](int64_t begin, int64_t end) {
        for (int64_t task = begin; task < end; ++task) {
            const int64_t column = task % strips * kColumns;
            const int64_t start = task / strips * n * inner + column;
            softmax_columns(n, inner, std::min(kColumns, inner - column), x + start, y + start, log);
        }
    });
}

// sum of f(x) over a row; f maps a vector to a vector, and zeros in the padding are masked out.
template <class T, class F>
HWY_INLINE double sum_row(int64_t n, const T* x, F f) {
    const hn::ScalableTag<T> d;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
    double total = 0;
    for (int64_t start = 0; start < n; start += kBlock) {
        const int64_t end = std::min(n, start + kBlock);
        auto s0 = hn::Zero(d), s1 = hn::Zero(d), s2 = hn::Zero(d), s3 = hn::Zero(d);
        int64_t i = start;
        for (; i + 4 * lanes <= end; i += 4 * lanes) {
            s0 = hn::Add(s0, f(hn::LoadU(d, x + i)));
            s1 = hn::Add(s1, f(hn::LoadU(d, x + i + lanes)));
            s2 = hn::Add(s2, f(hn::LoadU(d, x + i + 2 * lanes)));
            s3 = hn::Add(s3, f(hn::LoadU(d, x + i + 3 * lanes)));
        }
        for (; i + lanes <= end; i += lanes) s0 = hn::Add(s0, f(hn::LoadU(d, x + i)));
        if (i < end) {
            const size_t left = static_cast<size_t>(end - i);
            s1 = hn::Add(s1, hn::IfThenElseZero(hn::FirstN(d, left), f(load_some(d, x + i, left))));
        }
        total += static_cast<double>(hn::GetLane(hn::SumOfLanes(d, hn::Add(hn::Add(s0, s1), hn::Add(s2, s3)))));
    }
    return total;
}

template <class T>
HWY_INLINE double sum_of(int64_t n, const T* x) {
    using V = hn::Vec<hn::ScalableTag<T>>;
    return sum_row(n, x, [](V v) HWY_ATTR { return v; });
}

template <class T>
HWY_INLINE void moments_of(int64_t n, const T* x, double& mean, double& var) {
    const hn::ScalableTag<T> d;
    using V = hn::Vec<decltype(d)>;
    mean = sum_of(n, x) / static_cast<double>(n);
    // The rounding of the mean to T shifts every deviation alike; its effect is taken off the variance.
    const T center = static_cast<T>(mean);
    const V c = hn::Set(d, center);
    const double squares = sum_row(n, x, [c](V v) HWY_ATTR {
        const V e = hn::Sub(v, c);
        return hn::Mul(e, e);
    });
    const double off = mean - static_cast<double>(center);
    var = std::max(0.0, squares / static_cast<double>(n) - off * off);
    if (std::isnan(squares)) var = squares;
}

template <class T>
HWY_INLINE void affine_row(int64_t n, const T* x, T scale, T shift, const T* gamma, const T* beta, T* y) {
    const hn::ScalableTag<T> d;
    const auto a = hn::Set(d, scale), b = hn::Set(d, shift);
    for_vectors(d, n, [&](int64_t i, int64_t count) HWY_ATTR {
        auto v = hn::MulAdd(load_count(d, x + i, count), a, b);
        if (gamma) v = hn::Mul(v, load_count(d, gamma + i, count));
        if (beta) v = hn::Add(v, load_count(d, beta + i, count));
        store_count(d, v, y + i, count);
    });
}

template <class T>
void run_layer_norm(int64_t rows, int64_t n, const T* x, const T* gamma, const T* beta, double eps, T* y, T* mean,
                    T* rstd) {
    parallel_for(0, rows, std::max<int64_t>(1, kGrain / std::max<int64_t>(n, 1)), [&](int64_t begin, int64_t end) {
        for (int64_t r = begin; r < end; ++r) {
            double m, v;
            moments_of(n, x + r * n, m, v);
            const double s = 1 / std::sqrt(v + eps);
            affine_row(n, x + r * n, static_cast<T>(s), static_cast<T>(-m * s), gamma, beta, y + r * n);
            if (mean) mean[r] = static_cast<T>(m);
            if (rstd) rstd[r] = static_cast<T>(s);
        }
    });
}

template <class T>
void run_rms_norm(int64_t rows, int64_t n, const T* x, const T* gamma, double eps, T* y) {
    using V = hn::Vec<hn::ScalableTag<T>>;
    parallel_for(0, rows, std::max<int64_t>(1, kGrain / std::max<int64_t>(n, 1)), [&](int64_t begin, int64_t end) {
        for (int64_t r = begin; r < end; ++r) {
            const double squares = sum_row(n, x + r * n, [](V v) HWY_ATTR { return hn::Mul(v, v); });
            const double s = 1 / std::sqrt(squares / static_cast<double>(n) + eps);
            affine_row<T>(n, x + r * n, static_cast<T>(s), T(0), gamma, nullptr, y + r * n);
        }
    });
}

template <class T>
void run_row_moments(int64_t rows, int64_t n, const T* x, double* mean, double* var) {
    parallel_for(0, rows, std::max<int64_t>(1, kGrain / std::max<int64_t>(n, 1)), [&](int64_t begin, int64_t end) {
        for (int64_t r = begin; r < end; ++r) moments_of(n, x + r * n, mean[r], var[r]);
    });
}

float logsumexp_of(int64_t n, const float* x) {
    const hn::ScalableTag<float> d;
    const float top = row_max(x, n);
    // Infinite ones, and NaN, are the result: infinity less infinity would be nothing.
    if (!(std::abs(top) < std::numeric_limits<float>::infinity())) return top;
    const auto shift = hn::Set(d, top);
    auto sums = hn::Zero(d);
    for_vectors(d, n, [&](int64_t i, int64_t count) HWY_ATTR {
        auto e = hn::Exp(d, hn::Sub(load_count(d, x + i, count), shift));
        if (count < static_cast<int64_t>(hn::Lanes(d)))
            e = hn::IfThenElseZero(hn::FirstN(d, static_cast<size_t>(count)), e);
        sums = hn::Add(sums, e);
    });
    return top + std::log(hn::GetLane(hn::SumOfLanes(d, sums)));
}

void row_logsumexp_f32(int64_t rows, int64_t n, const float* x, float* y) {
    parallel_for(0, rows, std::max<int64_t>(1, kGrain / std::max<int64_t>(1, n)), [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) y[i] = logsumexp_of(n, x + i * n);
    });
}

template <class T>
void run_row_means(int64_t rows, int64_t n, const T* x, T* y) {
    parallel_for(0, rows, std::max<int64_t>(1, kGrain / std::max<int64_t>(n, 1)), [&](int64_t begin, int64_t end) {
        for (int64_t r = begin; r < end; ++r) y[r] = static_cast<T>(sum_of(n, x + r * n) / static_cast<double>(n));
    });
}

template <class T>
void run_channel_affine(int64_t outer, int64_t channels, int64_t inner, const T* x, const T* scale, const T* shift,
                        T* y) {
    const hn::ScalableTag<T> d;
    if (inner == 1) {
        parallel_for(
            0, outer, std::max<int64_t>(1, kGrain / std::max<int64_t>(channels, 1)), [&](int64_t begin, int64_t end) {
                for (int64_t o = begin; o < end; ++o) {
                    for_vectors(d, channels, [&](int64_t i, int64_t count) HWY_ATTR {
                        const auto v = hn::MulAdd(load_count(d, x + o * channels + i, count),
                                                  load_count(d, scale + i, count), load_count(d, shift + i, count));
                        store_count(d, v, y + o * channels + i, count);
                    });
                }
            });
        return;
    }
    parallel_for(0, outer * channels, std::max<int64_t>(1, kGrain / std::max<int64_t>(inner, 1)),
                 [&](int64_t begin, int64_t end) {
                     for (int64_t r = begin; r < end; ++r) {
                         const int64_t c = r % channels;
                         affine_row<T>(inner, x + r * inner, scale[c], shift[c], nullptr, nullptr, y + r * inner);
                     }
                 });
}

// HWY_EXPORT wants plain functions.
#define WICK_INSTANTIATE(T, suffix)                                                                                \
    void softmax_##suffix(int64_t outer, int64_t n, int64_t inner, const T* x, T* y, bool log) {                   \
        run_softmax(outer, n, inner, x, y, log);                                                                   \
    }                                                                                                              \
    void layer_norm_##suffix(int64_t rows, int64_t n, const T* x, const T* gamma, const T* beta, double eps, T* y, \
                             T* mean, T* rstd) {                                                                   \
        run_layer_norm(rows, n, x, gamma, beta, eps, y, mean, rstd);                                               \
    }                                                                                                              \
    void rms_norm_##suffix(int64_t rows, int64_t n, const T* x, const T* gamma, double eps, T* y) {                \
        run_rms_norm(rows, n, x, gamma, eps, y);                                                                   \
    }                                                                                                              \
    void row_moments_##suffix(int64_t rows, int64_t n, const T* x, double* mean, double* var) {                    \
        run_row_moments(rows, n, x, mean, var);                                                                    \
    }                                                                                                              \
    void row_means_##suffix(int64_t rows, int64_t n, const T* x, T* y) { run_row_means(rows, n, x, y); }           \
    void channel_affine_##suffix(int64_t outer, int64_t channels, int64_t inner, const T* x, const T* scale,       \
                                 const T* shift, T* y) {                                                           \
        run_channel_affine(outer, channels, inner, x, scale, shift, y);                                            \
    }
WICK_INSTANTIATE(float, f32)
WICK_INSTANTIATE(double, f64)
#undef WICK_INSTANTIATE

}  // namespace wick::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wick::kernels {

#define WICK_EXPORT(T, suffix)                                                                                         \
    HWY_EXPORT(softmax_##suffix);                                                                                      \
    HWY_EXPORT(layer_norm_##suffix);                                                                                   \
    HWY_EXPORT(rms_norm_##suffix);                                                                                     \
    HWY_EXPORT(row_moments_##suffix);                                                                                  \
    HWY_EXPORT(row_means_##suffix);                                                                                    \
    HWY_EXPORT(channel_affine_##suffix);                                                                               \
    template <>                                                                                                        \
    void softmax<T>(int64_t outer, int64_t n, int64_t inner, const T* x, T* y, bool log) {                             \
        HWY_DYNAMIC_DISPATCH(softmax_##suffix)(outer, n, inner, x, y, log);                                            \
    }                                                                                                                  \
    template <>                                                                                                        \
    void layer_norm<T>(int64_t rows, int64_t n, const T* x, const T* gamma, const T* beta, double eps, T* y, T* mean,  \
                       T* rstd) {                                                                                      \
        HWY_DYNAMIC_DISPATCH(layer_norm_##suffix)(rows, n, x, gamma, beta, eps, y, mean, rstd);                        \
    }                                                                                                                  \
    template <>                                                                                                        \
    void rms_norm<T>(int64_t rows, int64_t n, const T* x, const T* gamma, double eps, T* y) {                          \
        HWY_DYNAMIC_DISPATCH(rms_norm_##suffix)(rows, n, x, gamma, eps, y);                                            \
    }                                                                                                                  \
    template <>                                                                                                        \
    void row_moments<T>(int64_t rows, int64_t n, const T* x, double* mean, double* var) {                              \
        HWY_DYNAMIC_DISPATCH(row_moments_##suffix)(rows, n, x, mean, var);                                             \
    }                                                                                                                  \
    template <>                                                                                                        \
    void row_means<T>(int64_t rows, int64_t n, const T* x, T* y) {                                                     \
        HWY_DYNAMIC_DISPATCH(row_means_##suffix)(rows, n, x, y);                                                       \
    }                                                                                                                  \
    template <>                                                                                                        \
    void channel_affine<T>(int64_t outer, int64_t channels, int64_t inner, const T* x, const T* scale, const T* shift, \
                           T* y) {                                                                                     \
        HWY_DYNAMIC_DISPATCH(channel_affine_##suffix)(outer, channels, inner, x, scale, shift, y);                     \
    }
WICK_EXPORT(float, f32)
WICK_EXPORT(double, f64)
#undef WICK_EXPORT

HWY_EXPORT(row_logsumexp_f32);
void row_logsumexp(int64_t rows, int64_t n, const float* x, float* y) {
    HWY_DYNAMIC_DISPATCH(row_logsumexp_f32)(rows, n, x, y);
}

}  // namespace wick::kernels
#endif
