#include "kernels/gemm.h"

#include "kernels/simd.h"
// The include of foreach_target.h compiles this file once per instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/gemm.cpp"
#include <algorithm>
#include <hwy/foreach_target.h>

#include <wick/support/parallel.h>

#include "kernels/activation-inl.h"
#include "kernels/dot-inl.h"
#include "kernels/few_rows-inl.h"
#include "kernels/gemm_internal.h"
#include "kernels/pack-inl.h"
#include "kernels/target-inl.h"
#include "kernels/tile-inl.h"
#include "kernels/work.h"

HWY_BEFORE_NAMESPACE();
namespace wick::kernels::HWY_NAMESPACE {
using internal::Product;

inline constexpr int64_t kBlockK = 256;            // A panel: 12 KB of L1; B panel: 32 KB, streamed
inline constexpr int64_t kBlockPanels = 8;         // row panels that share a pass over B
inline constexpr int64_t kMaxGroup = 16;           // B panels of one task: 512 columns, within L2
inline constexpr int64_t kPackElements = 1 << 16;  // of an unpacked B, packed at a time: 256 KB of L2

HWY_INLINE int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

// An equal split of k into blocks of at most kBlockK.
HWY_INLINE int64_t block_k(int64_t k) { return ceil_div(k, ceil_div(k, kBlockK)); }

template <class T>
HWY_INLINE int64_t panel_columns(int64_t n, int64_t j) {
    return std::min(kPanel<T>, n - j * kPanel<T>);
}

template <class T>
HWY_INLINE int64_t panel_width(int64_t cols) {
    return cols > kLanes<T> ? kPanel<T> : kLanes<T>;
}

// The part of a worker's scratch: packed A, an edge tile, an edge panel of a B that is read in place.
template <class T>
struct WorkerLayout {
    explicit WorkerLayout(int64_t kc)
        : edge_tile(align_up(sizeof(T) * kBlockPanels * kTileRows * kc)),
          edge_panel(edge_tile + align_up(sizeof(T) * kTileRows * kPanel<T>)),
          bytes(edge_panel + align_up(sizeof(T) * kPanel<T> * kc)) {}
    size_t edge_tile, edge_panel, bytes;
};

template <class T>
HWY_INLINE void pack_a_panel(const Product<T>& q, int64_t row, int64_t height, int64_t k0, int64_t kc, T* to) {
    const T* from = q.a.data + row * q.a.row_stride + k0 * q.a.col_stride;
    pack_panel(from, q.a.col_stride, q.a.row_stride, kc, height, height, to);
    if (q.alpha != T(1))
        for (int64_t i = 0; i < height * kc; ++i) to[i] *= q.alpha;
}

// One task: row panels [row_begin, row_end) times B panels [col_begin, col_end).
template <class T>
HWY_NOINLINE void multiply_block(const Product<T>& q, const RowPanels& rows, int64_t row_begin, int64_t row_end,
                                 int64_t col_begin, int64_t col_end, bool direct_a, const SlotPool::Claim& memory) {
    const int64_t kc_max = block_k(q.k);
    const WorkerLayout<T> layout(kc_max);
    T* packed_a = memory.at<T>();
    T* edge_tile = memory.at<T>(layout.edge_tile);
    T* edge_panel = memory.at<T>(layout.edge_panel);
    const int64_t first_row = rows.start(row_begin);
    for (int64_t k0 = 0; k0 < q.k; k0 += kc_max) {
        const int64_t kc = std::min(kc_max, q.k - k0);
        const bool accumulate = q.accumulate || k0 > 0;
        const bool finish = k0 + kc == q.k && !q.epilogue.empty();
        if (!direct_a) {
            for (int64_t i = row_begin; i < row_end; ++i)
                pack_a_panel(q, rows.start(i), rows.height(i), k0, kc, packed_a + (rows.start(i) - first_row) * kc);
        }
        for (int64_t j = col_begin; j < col_end; ++j) {
            const int64_t cols = panel_columns<T>(q.n, j), width = panel_width<T>(cols);
            const T* b;
            int64_t ldb = width;
            if (q.panels != nullptr) {
                b = q.panels + j * kPanel<T> * q.k + k0 * width;
            } else {
                b = q.b.data + k0 * q.b.row_stride + j * kPanel<T>;
                ldb = q.b.row_stride;
                if (cols < width) {
                    pack_panel(b, ldb, int64_t{1}, kc, cols, width, edge_panel);
                    b = edge_panel;
                    ldb = width;
                }
            }
            const auto& tiles = kTiles<T>.at[direct_a ? 0 : 1][width == kPanel<T> ? 1 : 0];
            for (int64_t i = row_begin; i < row_end; ++i) {
                const int64_t row = rows.start(i), height = rows.height(i);
                const T* a = direct_a ? q.a.data + row * q.a.row_stride + k0 : packed_a + (row - first_row) * kc;
                T* c = q.c + row * q.ldc + j * kPanel<T>;
                if (cols == width) {
                    tiles[height - 1](kc, a, q.a.row_stride, b, ldb, c, q.ldc, accumulate);
                } else {
                    tiles[height - 1](kc, a, q.a.row_stride, b, ldb, edge_tile, width, false);
                    for (int64_t r = 0; r < height; ++r) {
                        for (int64_t x = 0; x < cols; ++x) {
                            T& to = c[r * q.ldc + x];
                            to = accumulate ? to + edge_tile[r * width + x] : edge_tile[r * width + x];
                        }
                    }
                }
                if (finish) finish_tile(q.epilogue, c, q.ldc, height, cols, row, j * kPanel<T>);
            }
        }
    }
}

// C = A B where B is packed, or read in place row by row.
template <class T>
void multiply_blocks(const Product<T>& q, void* memory) {
    const RowPanels rows(q.m);
    const int64_t panels = ceil_div(q.n, kPanel<T>);
    const int threads = max_threads();
    const int64_t row_tasks = ceil_div(rows.count, kBlockPanels);
    int64_t group = std::min(panels, kMaxGroup);
    if (threads > 1) {
        // Enough tasks to share evenly, none too small to be worth it.
        while (group > 1 && row_tasks * ceil_div(panels, group) < 4 * threads) group = ceil_div(group, 2);
    }
    const int64_t col_tasks = ceil_div(panels, group);
    const double task_flops = 2.0 * double(q.m) * double(q.n) * double(q.k) / double(row_tasks * col_tasks);
    const int64_t grain = work_grain(row_tasks * col_tasks, task_flops);
    const bool direct_a = q.a.col_stride == 1 && q.alpha == T(1) && panels <= 4;
    const WorkerLayout<T> layout(block_k(q.k));
    SlotPool pool(memory, static_cast<size_t>(threads), layout.bytes);
    parallel_for(0, row_tasks * col_tasks, grain, [&](int64_t begin, int64_t end) HWY_ATTR {
        const SlotPool::Claim claim(pool);
        for (int64_t task = begin; task < end; ++task) {
            const int64_t jt = task / row_tasks, it = task % row_tasks;
            multiply_block(q, rows, it * kBlockPanels, std::min(rows.count, (it + 1) * kBlockPanels), jt * group,
                           std::min(panels, (jt + 1) * group), direct_a, claim);
        }
    });
}

template <class T>
void pack_panels(MatrixView<T> b, int64_t k, int64_t n, T* to) {
    const int64_t grain = work_grain(ceil_div(n, kPanel<T>), double(k * kPanel<T>) * kFlopsPerCopy);
    parallel_for(0, ceil_div(n, kPanel<T>), grain, [&](int64_t begin, int64_t end) HWY_ATTR {
        for (int64_t j = begin; j < end; ++j) {
            const int64_t cols = panel_columns<T>(n, j);
            pack_panel(b.data + j * kPanel<T> * b.col_stride, b.row_stride, b.col_stride, k, cols, panel_width<T>(cols),
                       to + j * kPanel<T> * k);
        }
    });
}

template <class T>
int64_t packed_elements(int64_t k, int64_t n) {
    const int64_t full = n / kPanel<T>, left = n % kPanel<T>;
    return k * (full * kPanel<T> + (left == 0 ? 0 : panel_width<T>(left)));
}

// How much of an unpacked B is packed at a time: blocks of k as for a packed one, so that both give the same sums.
template <class T>
struct Chunk {
    Chunk(int64_t n, int64_t k)
        : kc(block_k(k)), nc(std::min(n, std::max<int64_t>(kPanel<T>, kPackElements / kc / kPanel<T> * kPanel<T>))) {}
    int64_t kc, nc;
};

template <class T>
size_t scratch_bytes(int64_t m, int64_t n, int64_t k, bool packed, int threads) {
    const size_t slots = std::min<size_t>(static_cast<size_t>(threads), SlotPool::kMaxSlots);
    const size_t workers = slots * WorkerLayout<T>(block_k(k)).bytes;
    if (packed) return workers;
    const Chunk<T> chunk(n, k);
    const size_t dot = align_up(sizeof(T) * static_cast<size_t>(internal::kMaxDotRows * k));
    return std::max(dot, workers + align_up(sizeof(T) * static_cast<size_t>(packed_elements<T>(chunk.kc, chunk.nc))));
}

// Columns [begin, end) of a product whose B is not packed.
template <class T>
Product<T> columns_of(const Product<T>& q, int64_t begin, int64_t end) {
    Product<T> part = q;
    part.n = end - begin;
    part.b.data += begin * q.b.col_stride;
    part.c += begin;
    if (part.epilogue.bias_col != nullptr) part.epilogue.bias_col += begin;
    if (part.epilogue.residual != nullptr) part.epilogue.residual += begin;
    return part;
}

// Packs B chunk by chunk.
template <class T>
void multiply_chunks(const Product<T>& q) {
    const int threads = max_threads();
    const Scratch scratch(q.scratch, scratch_bytes<T>(q.m, q.n, q.k, false, threads));
    const Chunk<T> chunk(q.n, q.k);
    T* panels = scratch.at<T>(scratch_bytes<T>(q.m, q.n, std::min(q.k, chunk.kc), true, threads));
    for (int64_t j = 0; j < q.n; j += chunk.nc) {
        for (int64_t p = 0; p < q.k; p += chunk.kc) {
            Product<T> part = columns_of(q, j, std::min(q.n, j + chunk.nc));
            part.k = std::min(chunk.kc, q.k - p);
            part.a.data += p * q.a.col_stride;
            part.b.data += p * q.b.row_stride;
            pack_panels(part.b, part.k, part.n, panels);
            part.panels = panels;
            part.accumulate = q.accumulate || p > 0;
            if (p + part.k < q.k) part.epilogue = {};
            multiply_blocks(part, scratch.at<T>());
        }
    }
}

template <class T>
void multiply(const Product<T>& q) {
    if (q.panels == nullptr && (multiply_few_rows(q) || multiply_dots(q))) return;
    const bool in_place_b = q.panels == nullptr && q.b.col_stride == 1 && q.m <= 2 * kTileRows;
    const int threads = max_threads();
    if (q.panels != nullptr || in_place_b) {
        const Scratch scratch(q.scratch, scratch_bytes<T>(q.m, q.n, q.k, true, threads));
        return multiply_blocks(q, scratch.at<T>());
    }
    const Chunk<T> chunk(q.n, q.k);
    const double flops = 2.0 * double(q.m) * double(q.n) * double(q.k);
    const double chunk_flops = 2.0 * double(q.m) * double(chunk.nc) * double(std::min(q.k, chunk.kc));
    if (threads == 1 || flops < 2 * kPartFlops || chunk_flops > 2 * threads * kPartFlops) return multiply_chunks(q);
    // No chunk is worth sharing, but the whole is: every thread takes columns and packs them itself.
    const int64_t panels = ceil_div(q.n, kPanel<T>);
    parallel_for(0, panels, work_grain(panels, flops / double(panels)), [&](int64_t begin, int64_t end) HWY_ATTR {
        Product<T> part = columns_of(q, begin * kPanel<T>, std::min(q.n, end * kPanel<T>));
        part.scratch = {};
        multiply_chunks(part);
    });
}

template <class T>
void finish_only(const Product<T>& q) {
    finish_tile(q.epilogue, q.c, q.ldc, q.m, q.n, 0, 0);
}

#define WICK_FOR_TYPE(T, S)                                                                   \
    void multiply_##S(const Product<T>& q) { multiply(q); }                                   \
    void finish_##S(const Product<T>& q) { finish_only(q); }                                  \
    void pack_##S(MatrixView<T> b, int64_t k, int64_t n, T* to) { pack_panels(b, k, n, to); } \
    int64_t packed_elements_##S(int64_t k, int64_t n) { return packed_elements<T>(k, n); }    \
    size_t scratch_bytes_##S(int64_t m, int64_t n, int64_t k, bool packed, int threads) {     \
        return scratch_bytes<T>(m, n, k, packed, threads);                                    \
    }
WICK_FOR_TYPE(float, f32)
WICK_FOR_TYPE(double, f64)
#undef WICK_FOR_TYPE

}  // namespace wick::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wick::kernels {

HWY_EXPORT(multiply_f32);
HWY_EXPORT(multiply_f64);
HWY_EXPORT(finish_f32);
HWY_EXPORT(finish_f64);
HWY_EXPORT(pack_f32);
HWY_EXPORT(pack_f64);
HWY_EXPORT(packed_elements_f32);
HWY_EXPORT(packed_elements_f64);
HWY_EXPORT(scratch_bytes_f32);
HWY_EXPORT(scratch_bytes_f64);

namespace {

template <class T>
void run(internal::Product<T> q, T beta) {
    if (q.m <= 0 || q.n <= 0) return;
    q.accumulate = beta != T(0);
    const bool no_sum = q.k <= 0 || q.alpha == T(0);
    if (beta != T(1) && (q.accumulate || no_sum)) {
        for (int64_t i = 0; i < q.m; ++i) {
            T* row = q.c + i * q.ldc;
            for (int64_t j = 0; j < q.n; ++j) row[j] = beta == T(0) ? T(0) : row[j] * beta;
        }
    }
    if (no_sum)
        WICK_DISPATCH(finish, q);
    else
        WICK_DISPATCH(multiply, q);
}

}  // namespace

template <class T>
PackedMatrix<T> pack_b(MatrixView<T> b, int64_t k, int64_t n) {
    PackedMatrix<T> packed;
    packed.k_ = k;
    packed.n_ = n;
    packed.buffer_ = AlignedBuffer::lasting(sizeof(T) * static_cast<size_t>(WICK_DISPATCH(packed_elements, k, n)));
    if (!packed.empty()) WICK_DISPATCH(pack, b, k, n, static_cast<T*>(packed.buffer_.data()));
    return packed;
}

template <class T>
void gemm(int64_t m, int64_t n, int64_t k, T alpha, MatrixView<T> a, MatrixView<T> b, T beta, T* c, int64_t ldc,
          const Epilogue<T>& epilogue, ScratchRef scratch) {
    run({m, n, k, alpha, a, b, nullptr, c, ldc, false, epilogue, scratch}, beta);
}

template <class T>
void gemm(int64_t m, T alpha, MatrixView<T> a, const PackedMatrix<T>& b, T beta, T* c, int64_t ldc,
          const Epilogue<T>& epilogue, ScratchRef scratch) {
    run({m, b.n(), b.k(), alpha, a, {}, b.panels(), c, ldc, false, epilogue, scratch}, beta);
}

template <class T>
size_t gemm_scratch_bytes(int64_t m, int64_t n, int64_t k, bool packed_b, int threads) {
    if (m <= 0 || n <= 0 || k <= 0) return 0;
    return lent_bytes(WICK_DISPATCH(scratch_bytes, m, n, k, packed_b, threads));
}

namespace {

/// Up to here packing and the choice of a kernel cost more than the product.
constexpr double kTinyFlops = 2048;

/// With n a constant, so that a row of the result stays in registers.
template <int kN, class T>
void multiply_narrow(int64_t m, int64_t k, T alpha, MatrixView<T> a, const T* b, int64_t ldb, T* c, int64_t ldc) {
    for (int64_t i = 0; i < m; ++i) {
        T row[kN] = {};
        for (int64_t p = 0; p < k; ++p) {
            const T x = alpha * a.data[i * a.row_stride + p * a.col_stride];
            for (int j = 0; j < kN; ++j) row[j] += x * b[p * ldb + j];
        }
        std::copy(row, row + kN, c + i * ldc);
    }
}

template <class T>
void multiply_plainly(int64_t m, int64_t n, int64_t k, T alpha, MatrixView<T> a, const T* b, int64_t ldb, T* c,
                      int64_t ldc) {
    if (n == 4) return multiply_narrow<4>(m, k, alpha, a, b, ldb, c, ldc);
    if (n == 8) return multiply_narrow<8>(m, k, alpha, a, b, ldb, c, ldc);
    for (int64_t i = 0; i < m; ++i) {
        T* __restrict__ row = c + i * ldc;
        for (int64_t j = 0; j < n; ++j) row[j] = 0;
        for (int64_t p = 0; p < k; ++p) {
            const T x = alpha * a.data[i * a.row_stride + p * a.col_stride];
            const T* __restrict__ from = b + p * ldb;
            for (int64_t j = 0; j < n; ++j) row[j] += x * from[j];
        }
    }
}

}  // namespace

template <class T>
void batched_gemm(int64_t batches, int64_t m, int64_t n, int64_t k, T alpha, MatrixView<T> a, int64_t a_batch,
                  MatrixView<T> b, int64_t b_batch, T beta, T* c, int64_t ldc, int64_t c_batch) {
    const auto one = [&](int64_t i, ScratchRef scratch) {
        run<T>({m,
                n,
                k,
                alpha,
                {a.data + i * a_batch, a.row_stride, a.col_stride},
                {b.data + i * b_batch, b.row_stride, b.col_stride},
                nullptr,
                c + i * c_batch,
                ldc,
                false,
                {},
                scratch},
               beta);
    };
    const double flops = 2.0 * double(m) * double(n) * double(k);
    if (flops <= kTinyFlops && b.col_stride == 1 && beta == T(0) && k > 0) {
        parallel_for(0, batches, work_grain(batches, flops + 1e3), [&](int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; ++i)
                multiply_plainly<T>(m, n, k, alpha, {a.data + i * a_batch, a.row_stride, a.col_stride},
                                    b.data + i * b_batch, b.row_stride, c + i * c_batch, ldc);
        });
        return;
    }
    if (batches >= max_threads() || flops < 2 * kPartFlops) {
        // A small product costs more than its flops.
        const int64_t grain = work_grain(batches, flops + 1e4);
        parallel_for(0, batches, grain, [&](int64_t begin, int64_t end) {
            const AlignedBuffer memory(gemm_scratch_bytes<T>(m, n, k, false, 1));
            for (int64_t i = begin; i < end; ++i) one(i, {memory.data(), memory.bytes()});
        });
    } else {
        for (int64_t i = 0; i < batches; ++i) one(i, {});
    }
}

#define WICK_INSTANTIATE(T)                                                                                            \
    template PackedMatrix<T> pack_b(MatrixView<T>, int64_t, int64_t);                                                  \
    template void gemm(int64_t, int64_t, int64_t, T, MatrixView<T>, MatrixView<T>, T, T*, int64_t, const Epilogue<T>&, \
                       ScratchRef);                                                                                    \
    template void gemm(int64_t, T, MatrixView<T>, const PackedMatrix<T>&, T, T*, int64_t, const Epilogue<T>&,          \
                       ScratchRef);                                                                                    \
    template size_t gemm_scratch_bytes<T>(int64_t, int64_t, int64_t, bool, int);                                       \
    template void batched_gemm(int64_t, int64_t, int64_t, int64_t, T, MatrixView<T>, int64_t, MatrixView<T>, int64_t,  \
                               T, T*, int64_t, int64_t);
WICK_INSTANTIATE(float)
WICK_INSTANTIATE(double)
#undef WICK_INSTANTIATE

}  // namespace wick::kernels
#endif
