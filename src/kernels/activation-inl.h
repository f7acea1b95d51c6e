// Vector forms of Activation and the pass that applies an Epilogue; compiled once per target.
#if defined(WICK_KERNELS_ACTIVATION_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef WICK_KERNELS_ACTIVATION_INL_H
#undef WICK_KERNELS_ACTIVATION_INL_H
#else
#define WICK_KERNELS_ACTIVATION_INL_H
#endif

#include <algorithm>
#include <cmath>
#include <cstring>

#include <hwy/contrib/math/math-inl.h>

#include "kernels/epilogue.h"
#include "kernels/target-inl.h"

HWY_BEFORE_NAMESPACE();
namespace wick::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// The first `count` lanes from memory, the others zero; reads nothing beyond them.
template <class D, class T = hn::TFromD<D>>
HWY_INLINE hn::Vec<D> load_some(D d, const T* p, size_t count) {
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
    return hn::MaskedLoad(hn::FirstN(d, count), d, p);
#else
    HWY_ALIGN T lanes[hn::MaxLanes(d)] = {};
    std::memcpy(lanes, p, count * sizeof(T));
    return hn::Load(d, lanes);
#endif
}

// Writes the first `count` lanes and nothing else.
template <class D, class V, class T = hn::TFromD<D>>
HWY_INLINE void store_some(D d, V v, T* p, size_t count) {
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
    hn::BlendedStore(v, hn::FirstN(d, count), d, p);
#else
    HWY_ALIGN T lanes[hn::MaxLanes(d)];
    hn::Store(v, d, lanes);
    std::memcpy(p, lanes, count * sizeof(T));
#endif
}

// float: rational approximation on [-4, 4] (Eigen, generic_fast_erf_float); double: the C library's.
template <class D>
HWY_INLINE hn::Vec<D> erf(D d, hn::Vec<D> x) {
    if constexpr (sizeof(hn::TFromD<D>) == 8) {
        HWY_ALIGN double lanes[hn::MaxLanes(d)];
        hn::Store(x, d, lanes);
        for (double& lane : lanes) lane = std::erf(lane);
        return hn::Load(d, lanes);
    } else {
        x = hn::Max(hn::Set(d, -4.0f), hn::Min(hn::Set(d, 4.0f), x));
        const auto s = hn::Mul(x, x);
        auto p = hn::Set(d, -2.72614225801306e-10f);
        for (float c : {2.77068142495902e-08f, -2.10102402082508e-06f, -5.69250639462346e-05f, -7.34990630326855e-04f,
                        -2.95459980854025e-03f, -1.60960333262415e-02f})
            p = hn::MulAdd(p, s, hn::Set(d, c));
        auto q = hn::Set(d, -1.45660718464996e-05f);
        for (float c : {-2.13374055278905e-04f, -1.68282697438203e-03f, -7.37332916720468e-03f, -1.42647390514189e-02f})
            q = hn::MulAdd(q, s, hn::Set(d, c));
        return hn::Div(hn::Mul(x, p), q);
    }
}

template <class D>
HWY_INLINE hn::Vec<D> sigmoid(D d, hn::Vec<D> x) {
    using T = hn::TFromD<D>;
    const auto one = hn::Set(d, T(1));
    // exp(-x) stays finite; beyond the bound the result is 0 to within the smallest normal number.
    const auto e = hn::Exp(d, hn::Min(hn::Neg(x), hn::Set(d, sizeof(T) == 4 ? T(87) : T(708))));
    return hn::Div(one, hn::Add(one, e));
}

template <class D, class T = hn::TFromD<D>>
HWY_INLINE hn::Vec<D> clamp(D d, hn::Vec<D> x, T lo, T hi) {
    // The bound comes first: x86 returns the second operand when one is NaN.
    const auto y = hn::Min(hn::Set(d, hi), hn::Max(hn::Set(d, lo), x));
#if HWY_TARGET == HWY_SCALAR
    return hn::IfThenElse(hn::IsNaN(x), x, y);
#else
    return y;
#endif
}

template <Activation A, class D, class T = hn::TFromD<D>>
HWY_INLINE hn::Vec<D> activate(D d, hn::Vec<D> x, [[maybe_unused]] T lo, [[maybe_unused]] T hi) {
    if constexpr (A == Activation::None) {
        return x;
    } else if constexpr (A == Activation::Clamp) {
        return clamp(d, x, lo, hi);
    } else if constexpr (A == Activation::HardSwish || A == Activation::HardSigmoid) {
        const auto ramp = hn::Mul(clamp(d, hn::Add(x, hn::Set(d, T(3))), T(0), T(6)), hn::Set(d, T(1) / T(6)));
        return A == Activation::HardSwish ? hn::Mul(x, ramp) : ramp;
    } else {
        const auto half = hn::Mul(x, hn::Set(d, T(0.5)));
        hn::Vec<D> y;
        if constexpr (A == Activation::Gelu) {
            y = hn::MulAdd(half, erf(d, hn::Mul(x, hn::Set(d, T(M_SQRT1_2)))), half);
        } else if constexpr (A == Activation::GeluTanh) {
            const auto cube = hn::Mul(hn::Mul(x, x), x);
            const auto inner =
                hn::Mul(hn::MulAdd(cube, hn::Set(d, T(0.044715)), x), hn::Set(d, T(M_2_SQRTPI * M_SQRT1_2)));
            y = hn::MulAdd(half, hn::Tanh(d, inner), half);
        } else if constexpr (A == Activation::Silu) {
            y = hn::Mul(x, sigmoid(d, x));
        } else if constexpr (A == Activation::Sigmoid) {
            y = sigmoid(d, x);
        } else {
            y = hn::Tanh(d, x);
        }
        return hn::IfThenElse(hn::IsNaN(x), x, y);
    }
}

// The epilogue but for its activation where rows follow one another and several fit into a vector; nothing is added per
// column.
template <class T>
HWY_NOINLINE void finish_short_rows(const Epilogue<T>& e, T* c, int64_t rows, int64_t cols, int64_t row0) {
    const hn::ScalableTag<T> d;
    using Index = hn::TFromD<hn::RebindToSigned<decltype(d)>>;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d)), step = lanes / cols;
    HWY_ALIGN Index row_of[hn::MaxLanes(d)];
    for (int64_t i = 0; i < lanes; ++i) row_of[i] = static_cast<Index>(i / cols);
    const auto spread = hn::SetTableIndices(d, row_of);
    const T* residual = e.residual == nullptr ? nullptr : e.residual + row0 * cols;
    for (int64_t r = 0; r < rows; r += step) {
        const size_t some = static_cast<size_t>(std::min(step, rows - r)), count = some * static_cast<size_t>(cols);
        const auto of_rows = [&](const T* values, T none) HWY_ATTR {
            if (values == nullptr) return hn::Set(d, none);
            return hn::TableLookupLanes(load_some(d, values + row0 + r, some), spread);
        };
        auto v = hn::MulAdd(load_some(d, c + r * cols, count), of_rows(e.scale_row, T(1)), of_rows(e.bias_row, T(0)));
        if (residual != nullptr) v = hn::Add(v, load_some(d, residual + r * cols, count));
        store_some(d, v, c + r * cols, count);
    }
}

// c[r][j] = epilogue(c[r][j]) on a tile whose first element is element (row0, col0) of the whole result.
template <Activation A, class T>
HWY_NOINLINE void finish_tile_as(const Epilogue<T>& e, T* c, int64_t ldc, int64_t rows, int64_t cols, int64_t row0,
                                 int64_t col0) {
    const hn::ScalableTag<T> d;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
    const T* bias = e.bias_col == nullptr ? nullptr : e.bias_col + col0;
    for (int64_t r = 0; r < rows; ++r) {
        T* row = c + r * ldc;
        const T* residual = e.residual == nullptr ? nullptr : e.residual + (row0 + r) * e.residual_stride + col0;
        const auto row_scale = hn::Set(d, e.scale_row == nullptr ? T(1) : e.scale_row[row0 + r]);
        const auto row_bias = hn::Set(d, e.bias_row == nullptr ? T(0) : e.bias_row[row0 + r]);
        int64_t j = 0;
        for (; j + lanes <= cols; j += lanes) {
            auto v = hn::MulAdd(hn::LoadU(d, row + j), row_scale, row_bias);
            if (bias != nullptr) v = hn::Add(v, hn::LoadU(d, bias + j));
            if (residual != nullptr) v = hn::Add(v, hn::LoadU(d, residual + j));
            hn::StoreU(activate<A>(d, v, e.lo, e.hi), d, row + j);
        }
        if (j < cols) {
            const size_t left = static_cast<size_t>(cols - j);
            auto v = hn::MulAdd(load_some(d, row + j, left), row_scale, row_bias);
            if (bias != nullptr) v = hn::Add(v, load_some(d, bias + j, left));
            if (residual != nullptr) v = hn::Add(v, load_some(d, residual + j, left));
            store_some(d, activate<A>(d, v, e.lo, e.hi), row + j, left);
        }
    }
}

template <class T>
HWY_INLINE void finish_tile(Epilogue<T> e, T* c, int64_t ldc, int64_t rows, int64_t cols, int64_t row0, int64_t col0) {
    if (cols > 0 && 2 * cols <= static_cast<int64_t>(hn::Lanes(hn::ScalableTag<T>())) && ldc == cols &&
        e.bias_col == nullptr && (e.residual == nullptr || e.residual_stride == cols)) {
        finish_short_rows(e, c, rows, cols, row0);
        e.scale_row = e.bias_row = e.residual = nullptr;
        cols *= rows;
        rows = 1;
    }
    switch (e.activation) {
#define WICK_CASE(A)    \
    case Activation::A: \
        return finish_tile_as<Activation::A>(e, c, ldc, rows, cols, row0, col0);
        WICK_CASE(None)
        WICK_CASE(Clamp)
        WICK_CASE(Gelu)
        WICK_CASE(GeluTanh)
        WICK_CASE(Silu)
        WICK_CASE(Sigmoid)
        WICK_CASE(Tanh)
        WICK_CASE(HardSwish)
        WICK_CASE(HardSigmoid)
#undef WICK_CASE
    }
}

}  // namespace wick::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
