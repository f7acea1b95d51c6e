#include "kernels/half.h"

#include "kernels/simd.h"
// The include of foreach_target.h compiles this file once per instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/half.cpp"
#include <algorithm>
#include <bit>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include <limits>
#include <vector>

#include <wick/support/parallel.h>

HWY_BEFORE_NAMESPACE();
namespace wick::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// One value; also the tail of the vector loops.
HWY_INLINE float bf16_value(uint16_t h) { return std::bit_cast<float>(static_cast<uint32_t>(h) << 16); }

HWY_INLINE uint16_t to_bf16(float f) {
    const uint32_t bits = std::bit_cast<uint32_t>(f);
    if ((bits & 0x7fffffff) > 0x7f800000) return static_cast<uint16_t>((bits >> 16) | 0x40);
    return static_cast<uint16_t>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

HWY_INLINE float f16_value(uint16_t h) {
    const uint32_t sign = static_cast<uint32_t>(h & 0x8000) << 16, rest = h & 0x7fff;
    if (rest >= 0x7c00) return std::bit_cast<float>(sign | 0x7f800000 | ((rest & 0x3ff) << 13));
    // 2^112 moves the exponent bias from 15 to 127, subnormal numbers included.
    const float magnitude = std::bit_cast<float>(rest << 13) * std::bit_cast<float>(uint32_t{(127 + 112) << 23});
    return std::bit_cast<float>(std::bit_cast<uint32_t>(magnitude) | sign);
}

HWY_INLINE uint16_t to_f16(float f) {
    const uint32_t bits = std::bit_cast<uint32_t>(f), sign = (bits >> 16) & 0x8000, rest = bits & 0x7fffffff;
    if (rest > 0x7f800000) return static_cast<uint16_t>(sign | 0x7e00 | ((rest >> 13) & 0x3ff));
    if (rest >= 0x477ff000) return static_cast<uint16_t>(sign | 0x7c00);
    if (rest < 0x38800000) {
        // Adding 0.5 leaves the subnormal number, rounded to even, in the low bits.
        const float sum = std::bit_cast<float>(rest) + 0.5f;
        return static_cast<uint16_t>(sign | (std::bit_cast<uint32_t>(sum) - 0x3f000000));
    }
    return static_cast<uint16_t>(sign | ((rest - 0x38000000 + 0xfff + ((rest >> 13) & 1)) >> 13));
}

void widen(Half kind, const uint16_t* from, float* to, int64_t count) {
    int64_t i = 0;
    if (kind == Half::BFloat16) {
        for (; i < count; ++i) to[i] = bf16_value(from[i]);
        return;
    }
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON
    const hn::ScalableTag<float> d;
    const hn::Rebind<hwy::float16_t, decltype(d)> half;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
    for (; i + lanes <= count; i += lanes)
        hn::StoreU(hn::PromoteTo(d, hn::LoadU(half, reinterpret_cast<const hwy::float16_t*>(from + i))), d, to + i);
#endif
    for (; i < count; ++i) to[i] = f16_value(from[i]);
}

void narrow(Half kind, const float* from, uint16_t* to, int64_t count) {
    int64_t i = 0;
    if (kind == Half::BFloat16) {
        for (; i < count; ++i) to[i] = to_bf16(from[i]);
        return;
    }
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON
    const hn::ScalableTag<float> d;
    const hn::Rebind<hwy::float16_t, decltype(d)> half;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
    for (; i + lanes <= count; i += lanes)
        hn::StoreU(hn::DemoteTo(half, hn::LoadU(d, from + i)), half, reinterpret_cast<hwy::float16_t*>(to + i));
#endif
    for (; i < count; ++i) to[i] = to_f16(from[i]);
}

}  // namespace wick::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wick::kernels {

HWY_EXPORT(widen);
HWY_EXPORT(narrow);

void half_to_float(Half kind, const uint16_t* from, float* to, int64_t count) {
    HWY_DYNAMIC_DISPATCH(widen)(kind, from, to, count);
}

void float_to_half(Half kind, const float* from, uint16_t* to, int64_t count) {
    HWY_DYNAMIC_DISPATCH(narrow)(kind, from, to, count);
}

namespace {

// A float32 copy, [rows, cols] or its transpose, whichever keeps the source's contiguous direction.
struct Widened {
    Widened(Half kind, MatrixView<uint16_t> from, int64_t rows, int64_t cols)
        : memory(sizeof(float) * static_cast<size_t>(rows * cols)) {
        float* to = static_cast<float*>(memory.data());
        const bool flip = from.row_stride == 1 && from.col_stride != 1;
        const MatrixView<uint16_t> source = flip ? from.transposed() : from;
        const int64_t lines = flip ? cols : rows, length = flip ? rows : cols;
        parallel_for(0, lines, std::max<int64_t>(1, (1 << 15) / std::max<int64_t>(1, length)),
                     [&](int64_t begin, int64_t end) {
                         std::vector<uint16_t> line(source.col_stride == 1 ? 0 : static_cast<size_t>(length));
                         for (int64_t i = begin; i < end; ++i) {
                             const uint16_t* row = source.data + i * source.row_stride;
                             if (source.col_stride != 1) {
                                 for (int64_t j = 0; j < length; ++j)
                                     line[static_cast<size_t>(j)] = row[j * source.col_stride];
                                 row = line.data();
                             }
                             half_to_float(kind, row, to + i * length, length);
                         }
                     });
        view = {to, length, 1};
        if (flip) view = view.transposed();
    }
    AlignedBuffer memory;
    MatrixView<float> view;
};

// Runs `product(c, ldc)` on a float32 C and rounds it back.
template <class F>
void with_wide_c(Half kind, int64_t m, int64_t n, float beta, uint16_t* c, int64_t ldc, F product) {
    const AlignedBuffer memory(sizeof(float) * static_cast<size_t>(m * n));
    float* wide = static_cast<float*>(memory.data());
    if (beta != 0)
        for (int64_t i = 0; i < m; ++i) half_to_float(kind, c + i * ldc, wide + i * n, n);
    product(wide, n);
    for (int64_t i = 0; i < m; ++i) float_to_half(kind, wide + i * n, c + i * ldc, n);
}

}  // namespace

void half_gemm(Half kind, int64_t m, int64_t n, int64_t k, float alpha, MatrixView<uint16_t> a, MatrixView<uint16_t> b,
               float beta, uint16_t* c, int64_t ldc, const Epilogue<float>& epilogue) {
    if (m <= 0 || n <= 0) return;
    const Widened wide_a(kind, a, m, k), wide_b(kind, b, k, n);
    with_wide_c(kind, m, n, beta, c, ldc, [&](float* wide, int64_t stride) {
        gemm<float>(m, n, k, alpha, wide_a.view, wide_b.view, beta, wide, stride, epilogue);
    });
}

void half_gemm(Half kind, int64_t m, float alpha, MatrixView<uint16_t> a, const PackedMatrix<float>& b, float beta,
               uint16_t* c, int64_t ldc, const Epilogue<float>& epilogue) {
    if (m <= 0 || b.n() <= 0) return;
    const Widened wide_a(kind, a, m, b.k());
    with_wide_c(kind, m, b.n(), beta, c, ldc, [&](float* wide, int64_t stride) {
        gemm<float>(m, alpha, wide_a.view, b, beta, wide, stride, epilogue);
    });
}

PackedMatrix<float> pack_half_b(Half kind, MatrixView<uint16_t> b, int64_t k, int64_t n) {
    return pack_b(Widened(kind, b, k, n).view, k, n);
}

}  // namespace wick::kernels
#endif
