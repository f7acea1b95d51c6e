// Several rows go together, so that a vector that all of them need is read once.
#include "kernels/matrix_passes.h"

#include "kernels/simd.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/matrix_passes.cpp"
#include <hwy/foreach_target.h>

#include "kernels/activation-inl.h"
#include "kernels/target-inl.h"

HWY_BEFORE_NAMESPACE();
namespace wick::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<double>;
using V = hn::Vec<D>;

template <int kRows>
HWY_INLINE void reflect_some(double* a, int64_t stride, int64_t n, const double* u, double factor) {
    const D d;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
    V sum[kRows];
    WICK_UNROLL for (int r = 0; r < kRows; ++r) sum[r] = hn::Zero(d);
    for (int64_t j = 0; j < n; j += lanes) {
        const V at = hn::LoadU(d, u + j);
        WICK_UNROLL for (int r = 0; r < kRows; ++r) sum[r] = hn::MulAdd(hn::LoadU(d, a + r * stride + j), at, sum[r]);
    }
    WICK_UNROLL for (int r = 0; r < kRows; ++r) sum[r] = hn::Set(d, factor * hn::GetLane(hn::SumOfLanes(d, sum[r])));
    for (int64_t j = 0; j < n; j += lanes) {
        const V at = hn::LoadU(d, u + j);
        WICK_UNROLL for (int r = 0; r < kRows; ++r) {
            double* x = a + r * stride + j;
            hn::StoreU(hn::NegMulAdd(sum[r], at, hn::LoadU(d, x)), d, x);
        }
    }
}

void reflect_rows_f64(double* a, int64_t stride, int64_t rows, int64_t n, const double* u, double factor) {
    int64_t i = 0;
    for (; i + 4 <= rows; i += 4) reflect_some<4>(a + i * stride, stride, n, u, factor);
    for (; i < rows; ++i) reflect_some<1>(a + i * stride, stride, n, u, factor);
}

// The upper row of each pair stays in registers while it is turned with row after row.
template <int kVectors>
HWY_INLINE void rotate_columns(double* a, int64_t stride, int64_t count, const double* c, const double* s) {
    const D d;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
    V x[kVectors];
    WICK_UNROLL for (int k = 0; k < kVectors; ++k) x[k] = hn::LoadU(d, a + k * lanes);
    for (int64_t i = 0; i < count; ++i, a += stride) {
        const V cosine = hn::Set(d, c[i]), sine = hn::Set(d, s[i]);
        WICK_UNROLL for (int k = 0; k < kVectors; ++k) {
            const V y = hn::LoadU(d, a + stride + k * lanes);
            hn::StoreU(hn::MulAdd(cosine, x[k], hn::Mul(sine, y)), d, a + k * lanes);
            x[k] = hn::NegMulAdd(sine, x[k], hn::Mul(cosine, y));
        }
    }
    WICK_UNROLL for (int k = 0; k < kVectors; ++k) hn::StoreU(x[k], d, a + k * lanes);
}

void rotate_rows_f64(double* a, int64_t stride, int64_t n, int64_t count, const double* c, const double* s) {
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(D()));
    int64_t j = 0;
    for (; j + 4 * lanes <= n; j += 4 * lanes) rotate_columns<4>(a + j, stride, count, c, s);
    for (; j < n; j += lanes) rotate_columns<1>(a + j, stride, count, c, s);
}

template <int kRows>
HWY_INLINE void bidiagonal_some(double* a, int64_t stride, int64_t n, const double* w, const double* v, double* sums) {
    const D d;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
    V f[kRows], dot[kRows], first[kRows];
    WICK_UNROLL for (int r = 0; r < kRows; ++r) {
        f[r] = hn::Set(d, a[r * stride - 1]);
        dot[r] = hn::Zero(d);
    }
    for (int64_t j = 0; j < n; j += lanes) {
        const V by = hn::LoadU(d, w + j), at = hn::LoadU(d, v + j);
        WICK_UNROLL for (int r = 0; r < kRows; ++r) {
            double* x = a + r * stride + j;
            const V left = hn::NegMulAdd(f[r], by, hn::LoadU(d, x));
            hn::StoreU(left, d, x);
            dot[r] = hn::MulAdd(left, at, dot[r]);
        }
    }
    WICK_UNROLL for (int r = 0; r < kRows; ++r) {
        dot[r] = hn::SumOfLanes(d, dot[r]);
        // To the bit what is stored: of rows that nearly vanish every digit counts.
        first[r] = hn::Set(d, hn::GetLane(hn::NegMulAdd(dot[r], hn::LoadU(d, v), hn::LoadU(d, a + r * stride))));
    }
    for (int64_t j = 0; j < n; j += lanes) {
        const V at = hn::LoadU(d, v + j);
        V sum = hn::LoadU(d, sums + j);
        WICK_UNROLL for (int r = 0; r < kRows; ++r) {
            double* x = a + r * stride + j;
            const V both = hn::NegMulAdd(dot[r], at, hn::LoadU(d, x));
            hn::StoreU(both, d, x);
            sum = hn::MulAdd(first[r], both, sum);
        }
        hn::StoreU(sum, d, sums + j);
    }
}

void bidiagonal_pass_f64(double* a, int64_t stride, int64_t rows, int64_t n, const double* w, const double* v,
                         double* sums) {
    int64_t i = 0;
    for (; i + 4 <= rows; i += 4) bidiagonal_some<4>(a + i * stride, stride, n, w, v, sums);
    for (; i < rows; ++i) bidiagonal_some<1>(a + i * stride, stride, n, w, v, sums);
}

template <int kRows>
HWY_INLINE void symmetric_some(double* a, int64_t stride, int64_t n, int64_t i, const double* v, const double* w,
                               const double* u, double* product) {
    const D d;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
    V f[kRows], g[kRows], dot[kRows];
    WICK_UNROLL for (int r = 0; r < kRows; ++r) {
        f[r] = hn::Set(d, v[i + r]);
        g[r] = hn::Set(d, w[i + r]);
        dot[r] = hn::Zero(d);
    }
    for (int64_t j = 0; j < n; j += lanes) {
        const V vj = hn::LoadU(d, v + j), wj = hn::LoadU(d, w + j), uj = hn::LoadU(d, u + j);
        WICK_UNROLL for (int r = 0; r < kRows; ++r) {
            double* x = a + (i + r) * stride + j;
            const V left = hn::NegMulAdd(g[r], vj, hn::NegMulAdd(f[r], wj, hn::LoadU(d, x)));
            hn::StoreU(left, d, x);
            dot[r] = hn::MulAdd(left, uj, dot[r]);
        }
    }
    WICK_UNROLL for (int r = 0; r < kRows; ++r) product[i + r] = hn::GetLane(hn::SumOfLanes(d, dot[r]));
}

void symmetric_pass_f64(double* a, int64_t stride, int64_t n, const double* v, const double* w, const double* u,
                        double* product) {
    int64_t i = 0;
    for (; i + 4 <= n; i += 4) symmetric_some<4>(a, stride, n, i, v, w, u, product);
    for (; i < n; ++i) symmetric_some<1>(a, stride, n, i, v, w, u, product);
}

template <int kVectors>
HWY_INLINE void subtract_columns(double* to, const double* f, const double* a, int64_t stride, int64_t count) {
    const D d;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
    V sum[kVectors];
    WICK_UNROLL for (int k = 0; k < kVectors; ++k) sum[k] = hn::LoadU(d, to + k * lanes);
    for (int64_t i = 0; i < count; ++i, a += stride) {
        const V factor = hn::Set(d, f[i]);
        WICK_UNROLL for (int k = 0; k < kVectors; ++k) sum[k] =
            hn::NegMulAdd(factor, hn::LoadU(d, a + k * lanes), sum[k]);
    }
    WICK_UNROLL for (int k = 0; k < kVectors; ++k) hn::StoreU(sum[k], d, to + k * lanes);
}

void subtract_rows_f64(double* to, int64_t n, const double* f, const double* a, int64_t stride, int64_t count) {
    const D d;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
    int64_t j = 0;
    for (; j + 4 * lanes <= n; j += 4 * lanes) subtract_columns<4>(to + j, f, a + j, stride, count);
    for (; j + lanes <= n; j += lanes) subtract_columns<1>(to + j, f, a + j, stride, count);
    if (j == n) return;
    const size_t left = static_cast<size_t>(n - j);
    V sum = load_some(d, to + j, left);
    for (int64_t i = 0; i < count; ++i)
        sum = hn::NegMulAdd(hn::Set(d, f[i]), load_some(d, a + i * stride + j, left), sum);
    store_some(d, sum, to + j, left);
}

template <int kRows>
HWY_INLINE void subtract_some_dots(double* to, const double* a, int64_t stride, const double* u, int64_t n) {
    const D d;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
    V sum[kRows];
    WICK_UNROLL for (int r = 0; r < kRows; ++r) sum[r] = hn::Zero(d);
    int64_t j = 0;
    for (; j + lanes <= n; j += lanes) {
        const V at = hn::LoadU(d, u + j);
        WICK_UNROLL for (int r = 0; r < kRows; ++r) sum[r] = hn::MulAdd(hn::LoadU(d, a + r * stride + j), at, sum[r]);
    }
    if (j < n) {
        const size_t left = static_cast<size_t>(n - j);
        const V at = load_some(d, u + j, left);
        WICK_UNROLL for (int r = 0; r < kRows; ++r) sum[r] =
            hn::MulAdd(load_some(d, a + r * stride + j, left), at, sum[r]);
    }
    WICK_UNROLL for (int r = 0; r < kRows; ++r) to[r * stride] -= hn::GetLane(hn::SumOfLanes(d, sum[r]));
}

void subtract_dots_f64(double* to, const double* a, int64_t stride, int64_t rows, const double* u, int64_t n) {
    int64_t i = 0;
    for (; i + 4 <= rows; i += 4) subtract_some_dots<4>(to + i * stride, a + i * stride, stride, u, n);
    for (; i < rows; ++i) subtract_some_dots<1>(to + i * stride, a + i * stride, stride, u, n);
}

}  // namespace wick::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wick::kernels {
HWY_EXPORT(reflect_rows_f64);
HWY_EXPORT(rotate_rows_f64);
HWY_EXPORT(bidiagonal_pass_f64);
HWY_EXPORT(symmetric_pass_f64);
HWY_EXPORT(subtract_rows_f64);
HWY_EXPORT(subtract_dots_f64);

void reflect_rows(double* a, int64_t stride, int64_t rows, int64_t n, const double* u, double factor) {
    HWY_DYNAMIC_DISPATCH(reflect_rows_f64)(a, stride, rows, n, u, factor);
}
void rotate_rows(double* a, int64_t stride, int64_t n, int64_t count, const double* c, const double* s) {
    HWY_DYNAMIC_DISPATCH(rotate_rows_f64)(a, stride, n, count, c, s);
}
void bidiagonal_pass(double* a, int64_t stride, int64_t rows, int64_t n, const double* w, const double* v,
                     double* sums) {
    HWY_DYNAMIC_DISPATCH(bidiagonal_pass_f64)(a, stride, rows, n, w, v, sums);
}
void symmetric_pass(double* a, int64_t stride, int64_t n, const double* v, const double* w, const double* u,
                    double* product) {
    HWY_DYNAMIC_DISPATCH(symmetric_pass_f64)(a, stride, n, v, w, u, product);
}

void subtract_rows(double* to, int64_t n, const double* f, const double* a, int64_t stride, int64_t count) {
    if (n > 0 && count > 0) HWY_DYNAMIC_DISPATCH(subtract_rows_f64)(to, n, f, a, stride, count);
}
void subtract_dots(double* to, const double* a, int64_t stride, int64_t rows, const double* u, int64_t n) {
    if (n > 0) HWY_DYNAMIC_DISPATCH(subtract_dots_f64)(to, a, stride, rows, u, n);
}

}  // namespace wick::kernels
#endif
