// The register tile: the innermost loop of every product and convolution; compiled once per target.
//
// The scheme is GotoBLAS' and BLIS' (Goto & van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008;
// Van Zee & van de Geijn, "BLIS", 2015): B lies in panels of kPanel = 2 vectors, A in panels of up to kTileRows rows,
// and a tile of C, kTileRows x 2 vectors, stays in registers while k runs.
#if defined(WICK_KERNELS_TILE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef WICK_KERNELS_TILE_INL_H
#undef WICK_KERNELS_TILE_INL_H
#else
#define WICK_KERNELS_TILE_INL_H
#endif

#include <hwy/cache_control.h>
#include <utility>

#include "kernels/simd.h"
#include "kernels/target-inl.h"

HWY_BEFORE_NAMESPACE();
namespace wick::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Rows that fill the register file: 2 * rows accumulators, 2 vectors of B and 1 of A.
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON
inline constexpr int kTileRows = 12;
#else
inline constexpr int kTileRows = 6;
#endif

template <class T>
inline constexpr int64_t kLanes = static_cast<int64_t>(hn::MaxLanes(hn::ScalableTag<T>()));
template <class T>
inline constexpr int64_t kPanel = 2 * kLanes<T>;

// c[kRows][kVecs vectors] = (accumulate ? c : 0) + a[kRows][k] * b[k][kVecs vectors].
// a: packed, element (r, p) at a[p * kRows + r]; else at a[r * lda + p]. b: row p at b + p * ldb.
template <class T, int kRows, int kVecs, bool kPackedA>
HWY_NOINLINE void tile(int64_t k, const T* HWY_RESTRICT a, int64_t lda, const T* HWY_RESTRICT b, int64_t ldb, T* c,
                       int64_t ldc, bool accumulate) {
    const hn::ScalableTag<T> d;
    using V = hn::Vec<decltype(d)>;
    // A few rows alone would wait for the latency of each multiply-add; several sums per element run side by side.
    constexpr int kSums = kRows == 1 ? 4 : kRows == 2 ? 2 : 1;
    V sum[kSums][kRows][kVecs];
    WICK_UNROLL for (int s = 0; s < kSums; ++s) {
        WICK_UNROLL for (int r = 0; r < kRows; ++r) {
            WICK_UNROLL for (int v = 0; v < kVecs; ++v) sum[s][r][v] = hn::Zero(d);
        }
    }
    const auto step = [&](int s, int64_t p) HWY_ATTR {
        V bv[kVecs];
        WICK_UNROLL for (int v = 0; v < kVecs; ++v) bv[v] = hn::LoadU(d, b + p * ldb + v * kLanes<T>);
        WICK_UNROLL for (int r = 0; r < kRows; ++r) {
            const V av = hn::Set(d, kPackedA ? a[p * kRows + r] : a[r * lda + p]);
            WICK_UNROLL for (int v = 0; v < kVecs; ++v) sum[s][r][v] = hn::MulAdd(av, bv[v], sum[s][r][v]);
        }
    };
    int64_t p = 0;
    for (; kSums > 1 && p + kSums <= k; p += kSums) {
        WICK_UNROLL for (int s = 0; s < kSums; ++s) step(s, p + s);
    }
    for (; p < k; ++p) {
        if constexpr (!kPackedA && kRows > 2) {
            // Rows that are read where they lie come from far away, in pieces too short for the machine to foresee:
            // those of the next panel are asked for meanwhile, a line in every step.
            constexpr int64_t kLine = 64 / sizeof(T);
            hwy::Prefetch(a + (kRows + (p & (kLine - 1))) * lda + (p & -kLine));
        }
        step(0, p);
    }
    WICK_UNROLL for (int r = 0; r < kRows; ++r) {
        WICK_UNROLL for (int v = 0; v < kVecs; ++v) {
            V total = sum[0][r][v];
            WICK_UNROLL for (int s = 1; s < kSums; ++s) total = hn::Add(total, sum[s][r][v]);
            T* to = c + r * ldc + v * kLanes<T>;
            if (accumulate) total = hn::Add(total, hn::LoadU(d, to));
            hn::StoreU(total, d, to);
        }
    }
}

template <class T>
using TileFunction = void (*)(int64_t, const T*, int64_t, const T*, int64_t, T*, int64_t, bool);

// kTiles<T>[packed A][vectors - 1][rows - 1]
template <class T>
struct TileTable {
    TileFunction<T> at[2][2][kTileRows];
};

template <class T, size_t... R>
constexpr TileTable<T> make_tile_table(std::index_sequence<R...>) {
    return {{{{tile<T, R + 1, 1, false>...}, {tile<T, R + 1, 2, false>...}},
             {{tile<T, R + 1, 1, true>...}, {tile<T, R + 1, 2, true>...}}}};
}

template <class T>
inline constexpr TileTable<T> kTiles = make_tile_table<T>(std::make_index_sequence<kTileRows>());

// Rows are cut into panels of nearly equal height, so that no tile is nearly empty: panel i of `rows` rows starts at
// panel_start(i) and all heights are `base` or `base + 1`.
struct RowPanels {
    explicit RowPanels(int64_t rows)
        : count((rows + kTileRows - 1) / kTileRows), base(count == 0 ? 0 : rows / count), extra(rows - base * count) {}
    int64_t start(int64_t i) const { return i * base + (i < extra ? i : extra); }
    int64_t height(int64_t i) const { return base + (i < extra ? 1 : 0); }
    int64_t count, base, extra;
};

}  // namespace wick::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
