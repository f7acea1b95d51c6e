// Rows of tensors to planes that hold several side by side, and back. Four rows by four elements are transposed in
// registers.
#include "kernels/fft.h"
#include "kernels/simd.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/fft_rows.cpp"
#include <hwy/foreach_target.h>

#include "kernels/target-inl.h"

HWY_BEFORE_NAMESPACE();
namespace wick::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Elements [begin, n) of rows [first, last), one after the other.
template <class T>
HWY_INLINE void load_plainly(const T* const* rows, int64_t first, int64_t last, int64_t begin, int64_t n, int64_t lanes,
                             Planes<T> to) {
    for (int64_t l = first; l < last; ++l) {
        for (int64_t j = begin; j < n; ++j) {
            to.re[j * lanes + l] = rows[l][2 * j];
            to.im[j * lanes + l] = rows[l][2 * j + 1];
        }
    }
}
template <class T>
HWY_INLINE void store_plainly(T* const* rows, int64_t first, int64_t last, int64_t begin, int64_t n, int64_t lanes,
                              T scale, Planes<T> from) {
    for (int64_t l = first; l < last; ++l) {
        for (int64_t j = begin; j < n; ++j) {
            rows[l][2 * j] = from.re[j * lanes + l] * scale;
            rows[l][2 * j + 1] = from.im[j * lanes + l] * scale;
        }
    }
}

#if HWY_TARGET != HWY_SCALAR

// Four floats. Doubles, whose transforms are rare, go plainly.
template <class T>
using Block = hn::CappedTag<T, 4>;

// v[i][k] = v[k][i]
template <class D, class V>
HWY_INLINE void transpose(D d, V* v) {
    const V low02 = hn::InterleaveLower(d, v[0], v[2]), high02 = hn::InterleaveUpper(d, v[0], v[2]);
    const V low13 = hn::InterleaveLower(d, v[1], v[3]), high13 = hn::InterleaveUpper(d, v[1], v[3]);
    v[0] = hn::InterleaveLower(d, low02, low13);
    v[1] = hn::InterleaveUpper(d, low02, low13);
    v[2] = hn::InterleaveLower(d, high02, high13);
    v[3] = hn::InterleaveUpper(d, high02, high13);
}

template <class T>
HWY_INLINE void load_rows_any(const T* const* rows, int64_t lanes, int64_t n, Planes<T> to) {
    if constexpr (sizeof(T) == 8) return load_plainly(rows, 0, lanes, 0, n, lanes, to);
    const Block<T> d;
    constexpr int kSide = 4;
    const int64_t whole_rows = lanes / kSide * kSide, whole = n / kSide * kSide;
    for (int64_t l = 0; l < whole_rows; l += kSide) {
        for (int64_t j = 0; j < whole; j += kSide) {
            hn::Vec<Block<T>> re[kSide], im[kSide];
            WICK_UNROLL for (int k = 0; k < kSide; ++k) hn::LoadInterleaved2(d, rows[l + k] + 2 * j, re[k], im[k]);
            transpose(d, re);
            transpose(d, im);
            WICK_UNROLL for (int k = 0; k < kSide; ++k) {
                hn::StoreU(re[k], d, to.re + (j + k) * lanes + l);
                hn::StoreU(im[k], d, to.im + (j + k) * lanes + l);
            }
        }
    }
    load_plainly(rows, 0, whole_rows, whole, n, lanes, to);
    load_plainly(rows, whole_rows, lanes, 0, n, lanes, to);
}

template <class T>
HWY_INLINE void store_rows_any(T* const* rows, int64_t lanes, int64_t n, T scale, Planes<T> from) {
    if constexpr (sizeof(T) == 8) return store_plainly(rows, 0, lanes, 0, n, lanes, scale, from);
    const Block<T> d;
    constexpr int kSide = 4;
    const auto factor = hn::Set(d, scale);
    const int64_t whole_rows = lanes / kSide * kSide, whole = n / kSide * kSide;
    for (int64_t l = 0; l < whole_rows; l += kSide) {
        for (int64_t j = 0; j < whole; j += kSide) {
            hn::Vec<Block<T>> re[kSide], im[kSide];
            WICK_UNROLL for (int k = 0; k < kSide; ++k) {
                re[k] = hn::Mul(factor, hn::LoadU(d, from.re + (j + k) * lanes + l));
                im[k] = hn::Mul(factor, hn::LoadU(d, from.im + (j + k) * lanes + l));
            }
            transpose(d, re);
            transpose(d, im);
            WICK_UNROLL for (int k = 0; k < kSide; ++k) hn::StoreInterleaved2(re[k], im[k], d, rows[l + k] + 2 * j);
        }
    }
    store_plainly(rows, 0, whole_rows, whole, n, lanes, scale, from);
    store_plainly(rows, whole_rows, lanes, 0, n, lanes, scale, from);
}

template <class T>
HWY_INLINE void split_any(const T* from, int64_t n, Planes<T> to) {
    const hn::ScalableTag<T> d;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
    int64_t i = 0;
    for (; i + lanes <= n; i += lanes) {
        hn::Vec<hn::ScalableTag<T>> re, im;
        hn::LoadInterleaved2(d, from + 2 * i, re, im);
        hn::StoreU(re, d, to.re + i);
        hn::StoreU(im, d, to.im + i);
    }
    for (; i < n; ++i) to.re[i] = from[2 * i], to.im[i] = from[2 * i + 1];
}

template <class T>
HWY_INLINE void join_any(Planes<T> from, int64_t n, T scale, T* to) {
    const hn::ScalableTag<T> d;
    const auto factor = hn::Set(d, scale);
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
    int64_t i = 0;
    for (; i + lanes <= n; i += lanes)
        hn::StoreInterleaved2(hn::Mul(factor, hn::LoadU(d, from.re + i)), hn::Mul(factor, hn::LoadU(d, from.im + i)), d,
                              to + 2 * i);
    for (; i < n; ++i) to[2 * i] = from.re[i] * scale, to[2 * i + 1] = from.im[i] * scale;
}

#else

template <class T>
void load_rows_any(const T* const* rows, int64_t lanes, int64_t n, Planes<T> to) {
    load_plainly(rows, 0, lanes, 0, n, lanes, to);
}
template <class T>
void store_rows_any(T* const* rows, int64_t lanes, int64_t n, T scale, Planes<T> from) {
    store_plainly(rows, 0, lanes, 0, n, lanes, scale, from);
}
template <class T>
void split_any(const T* from, int64_t n, Planes<T> to) {
    load_plainly(&from, 0, 1, 0, n, 1, to);
}
template <class T>
void join_any(Planes<T> from, int64_t n, T scale, T* to) {
    store_plainly(&to, 0, 1, 0, n, 1, scale, from);
}

#endif

// x[k] = (z[k] + conj z[h - k]) / 2 - i w^k (z[k] - conj z[h - k]) / 2 for k <= h, of `lanes` rows.
template <class T>
HWY_INLINE void unfold_any(const T* turn_re, const T* turn_im, int64_t h, int64_t lanes, Planes<T> z, Planes<T> x) {
    const auto columns = [&](auto d, int64_t k, int64_t l) HWY_ATTR {
        const int64_t a = k % h * lanes + l, b = (h - k) % h * lanes + l, to = k * lanes + l;
        const auto half = hn::Set(d, T(0.5)), re = hn::Set(d, turn_re[k]), im = hn::Set(d, turn_im[k]);
        const auto a_re = hn::LoadU(d, z.re + a), a_im = hn::LoadU(d, z.im + a);
        const auto b_re = hn::LoadU(d, z.re + b), b_im = hn::LoadU(d, z.im + b);
        const auto even_re = hn::Mul(half, hn::Add(a_re, b_re)), even_im = hn::Mul(half, hn::Sub(a_im, b_im));
        const auto odd_re = hn::Mul(half, hn::Add(a_im, b_im)), odd_im = hn::Mul(half, hn::Sub(b_re, a_re));
        hn::StoreU(hn::NegMulAdd(odd_im, im, hn::MulAdd(odd_re, re, even_re)), d, x.re + to);
        hn::StoreU(hn::MulAdd(odd_im, re, hn::MulAdd(odd_re, im, even_im)), d, x.im + to);
    };
    const hn::ScalableTag<T> wide;
    const int64_t width = static_cast<int64_t>(hn::Lanes(wide));
    for (int64_t k = 0; k <= h; ++k) {
        int64_t l = 0;
        for (; l + width <= lanes; l += width) columns(wide, k, l);
        for (; l < lanes; ++l) columns(hn::CappedTag<T, 1>(), k, l);
    }
}

// z[k] = (x[k] + conj x[h - k]) + i conj(w^k) (x[k] - conj x[h - k]) for k < h.
template <class T>
HWY_INLINE void fold_any(const T* turn_re, const T* turn_im, int64_t h, int64_t lanes, Planes<T> x, Planes<T> z) {
    const auto columns = [&](auto d, int64_t k, int64_t l) HWY_ATTR {
        const int64_t a = k * lanes + l, b = (h - k) * lanes + l;
        const auto re = hn::Set(d, turn_re[k]), im = hn::Set(d, turn_im[k]);
        const auto a_re = hn::LoadU(d, x.re + a), a_im = hn::LoadU(d, x.im + a);
        const auto b_re = hn::LoadU(d, x.re + b), b_im = hn::LoadU(d, x.im + b);
        const auto even_re = hn::Add(a_re, b_re), even_im = hn::Sub(a_im, b_im);
        const auto apart_re = hn::Sub(a_re, b_re), apart_im = hn::Add(a_im, b_im);
        const auto odd_re = hn::MulAdd(apart_im, im, hn::Mul(apart_re, re));
        const auto odd_im = hn::NegMulAdd(apart_re, im, hn::Mul(apart_im, re));
        hn::StoreU(hn::Sub(even_re, odd_im), d, z.re + a);
        hn::StoreU(hn::Add(even_im, odd_re), d, z.im + a);
    };
    const hn::ScalableTag<T> wide;
    const int64_t width = static_cast<int64_t>(hn::Lanes(wide));
    for (int64_t k = 0; k < h; ++k) {
        int64_t l = 0;
        for (; l + width <= lanes; l += width) columns(wide, k, l);
        for (; l < lanes; ++l) columns(hn::CappedTag<T, 1>(), k, l);
    }
}

#define WICK_FORMS(T, suffix)                                                                                      \
    void load_rows_##suffix(const T* const* rows, int64_t lanes, int64_t n, Planes<T> to) {                        \
        load_rows_any(rows, lanes, n, to);                                                                         \
    }                                                                                                              \
    void store_rows_##suffix(T* const* rows, int64_t lanes, int64_t n, T scale, Planes<T> from) {                  \
        store_rows_any(rows, lanes, n, scale, from);                                                               \
    }                                                                                                              \
    void split_##suffix(const T* from, int64_t n, Planes<T> to) { split_any(from, n, to); }                        \
    void join_##suffix(Planes<T> from, int64_t n, T scale, T* to) { join_any(from, n, scale, to); }                \
    void unfold_##suffix(const T* turn_re, const T* turn_im, int64_t h, int64_t lanes, Planes<T> z, Planes<T> x) { \
        unfold_any(turn_re, turn_im, h, lanes, z, x);                                                              \
    }                                                                                                              \
    void fold_##suffix(const T* turn_re, const T* turn_im, int64_t h, int64_t lanes, Planes<T> x, Planes<T> z) {   \
        fold_any(turn_re, turn_im, h, lanes, x, z);                                                                \
    }
WICK_FORMS(float, f32)
WICK_FORMS(double, f64)
#undef WICK_FORMS

}  // namespace wick::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wick::kernels {
HWY_EXPORT(load_rows_f32);
HWY_EXPORT(load_rows_f64);
HWY_EXPORT(store_rows_f32);
HWY_EXPORT(store_rows_f64);
HWY_EXPORT(split_f32);
HWY_EXPORT(split_f64);
HWY_EXPORT(join_f32);
HWY_EXPORT(join_f64);
HWY_EXPORT(unfold_f32);
HWY_EXPORT(unfold_f64);
HWY_EXPORT(fold_f32);
HWY_EXPORT(fold_f64);

template <class T>
void load_pairs(const T* const* rows, int64_t lanes, int64_t n, Planes<T> to) {
    if (lanes == 1) return WICK_DISPATCH(split, rows[0], n, to);
    WICK_DISPATCH(load_rows, rows, lanes, n, to);
}
template <class T>
void store_pairs(T* const* rows, int64_t lanes, int64_t n, T scale, Planes<T> from) {
    if (lanes == 1) return WICK_DISPATCH(join, from, n, scale, rows[0]);
    WICK_DISPATCH(store_rows, rows, lanes, n, scale, from);
}
template <class T>
void load_columns(const T* first, int64_t stride, int64_t lanes, int64_t n, Planes<T> to) {
    for (int64_t j = 0; j < n; ++j)
        WICK_DISPATCH(split, first + 2 * j * stride, lanes, (Planes<T>{to.re + j * lanes, to.im + j * lanes}));
}
template <class T>
void store_columns(T* first, int64_t stride, int64_t lanes, int64_t n, T scale, Planes<T> from) {
    for (int64_t j = 0; j < n; ++j)
        WICK_DISPATCH(join, (Planes<T>{from.re + j * lanes, from.im + j * lanes}), lanes, scale,
                      first + 2 * j * stride);
}

namespace internal {

template <class T>
void fft_unfold(const T* turn_re, const T* turn_im, int64_t h, int64_t lanes, Planes<T> z, Planes<T> x) {
    WICK_DISPATCH(unfold, turn_re, turn_im, h, lanes, z, x);
}
template <class T>
void fft_fold(const T* turn_re, const T* turn_im, int64_t h, int64_t lanes, Planes<T> x, Planes<T> z) {
    WICK_DISPATCH(fold, turn_re, turn_im, h, lanes, x, z);
}

}  // namespace internal

#define WICK_INSTANTIATE(T)                                                                         \
    template void load_pairs(const T* const*, int64_t, int64_t, Planes<T>);                         \
    template void store_pairs(T* const*, int64_t, int64_t, T, Planes<T>);                           \
    template void load_columns(const T*, int64_t, int64_t, int64_t, Planes<T>);                     \
    template void store_columns(T*, int64_t, int64_t, int64_t, T, Planes<T>);                       \
    template void internal::fft_unfold(const T*, const T*, int64_t, int64_t, Planes<T>, Planes<T>); \
    template void internal::fft_fold(const T*, const T*, int64_t, int64_t, Planes<T>, Planes<T>);
WICK_INSTANTIATE(float)
WICK_INSTANTIATE(double)
#undef WICK_INSTANTIATE

}  // namespace wick::kernels
#endif
