#include "kernels/attention.h"

#include "kernels/simd.h"
// The include of foreach_target.h compiles this file once per instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/attention.cpp"
#include <algorithm>
#include <hwy/foreach_target.h>
#include <limits>

#include <wick/support/parallel.h>

#include "kernels/activation-inl.h"
#include "kernels/attention_internal.h"
#include "kernels/dot-inl.h"
#include "kernels/pack-inl.h"
#include "kernels/target-inl.h"
#include "kernels/tile-inl.h"
#include "kernels/work.h"

HWY_BEFORE_NAMESPACE();
namespace wick::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using internal::AttentionJob;

inline constexpr int64_t kKeyBlock = 256;  // keys whose scores exist at a time
inline constexpr int64_t kQueryBlock = 4 * kTileRows;
inline constexpr int64_t kQueryRange = 512;  // queries of a task: they share the packed keys
inline constexpr int64_t kFewQueries = 4;    // up to here keys and values are read in place

template <class T>
HWY_INLINE int64_t round_up(int64_t n) {
    return (n + kPanel<T> - 1) / kPanel<T> * kPanel<T>;
}

// A worker's scratch memory, in elements.
template <class T>
struct AttentionLayout {
    AttentionLayout(const AttentionShape<T>& s, int64_t range)
        : key_block(std::min(kKeyBlock, s.keys)),
          score_stride(round_up<T>(key_block)),
          value_stride(round_up<T>(s.value_depth)) {
        const bool few = range <= kFewQueries;
        values = few ? 0 : round_up<T>(key_block) * s.depth;
        scores = values + (few ? kPanel<T> : value_stride) * key_block;
        sums = scores + std::min(range, kQueryBlock) * score_stride;
        maxima = sums + round_up<T>(range);
        out = maxima + round_up<T>(range);
        bytes = align_up(sizeof(T) * static_cast<size_t>(out + range * value_stride));
    }
    int64_t key_block, score_stride, value_stride;
    int64_t values, scores, sums, maxima, out;  // packed keys stand first
    size_t bytes;
};

// Turns a row of dot products into exp(score - maximum); updates the row's running maximum and sum and returns the
// factor by which what was summed before must shrink.
template <class T>
HWY_NOINLINE T softmax_row(T* row, int64_t count, int64_t stride, T scale, const T* additive, const bool* keep,
                           int64_t key_stride, T& maximum, T& sum) {
    constexpr T kNone = -std::numeric_limits<T>::infinity();
    const hn::ScalableTag<T> d;
    // The row has room up to `stride`.
    const bool adds_vectors = additive != nullptr && key_stride == 1;
    for (int64_t j = 0; j < count; j += kLanes<T>) {
        auto added = hn::Zero(d);
        if (adds_vectors)
            added = j + kLanes<T> <= count ? hn::LoadU(d, additive + j)
                                           : load_some(d, additive + j, static_cast<size_t>(count - j));
        hn::StoreU(hn::MulAdd(hn::LoadU(d, row + j), hn::Set(d, scale), added), d, row + j);
    }
    if (additive != nullptr && !adds_vectors)
        for (int64_t j = 0; j < count; ++j) row[j] += additive[j * key_stride];
    if (keep != nullptr)
        for (int64_t j = 0; j < count; ++j)
            if (!keep[j * key_stride]) row[j] = kNone;
    std::fill(row + count, row + stride, kNone);
    auto top = hn::Set(d, maximum);
    for (int64_t j = 0; j < stride; j += kLanes<T>) top = hn::Max(hn::LoadU(d, row + j), top);
    const T highest = hn::GetLane(hn::MaxOfLanes(d, top));
    // With no key so far the scores are all -inf; any finite value makes their exponentials 0.
    const auto offset = hn::Set(d, highest == kNone ? T(0) : highest);
    auto total = hn::Zero(d);
    for (int64_t j = 0; j < stride; j += kLanes<T>) {
        const auto x = hn::Sub(hn::LoadU(d, row + j), offset);
        const auto e = hn::IfThenElse(hn::IsNaN(x), x, hn::Exp(d, x));
        total = hn::Add(total, e);
        hn::StoreU(e, d, row + j);
    }
    const T shrink = maximum == kNone ? T(0) : std::exp(maximum - highest);
    sum = sum * shrink + hn::GetLane(hn::SumOfLanes(d, total));
    maximum = highest;
    return shrink;
}

template <class T>
HWY_INLINE void scale_row(T* row, int64_t count, T factor) {
    const hn::ScalableTag<T> d;
    for (int64_t j = 0; j < count; j += kLanes<T>)
        hn::StoreU(hn::Mul(hn::LoadU(d, row + j), hn::Set(d, factor)), d, row + j);
}

// Queries [begin, end) of one head.
template <class T>
HWY_NOINLINE void attend(const AttentionJob<T>& job, int64_t b, int64_t h, int64_t begin, int64_t end,
                         const AttentionLayout<T>& layout, T* memory) {
    const AttentionShape<T>& s = job.shape;
    const int64_t key_head = h / s.heads_per_key_head, queries = end - begin;
    const bool few = queries <= kFewQueries;
    T* packed_keys = memory;
    T* packed_values = memory + layout.values;
    T* scores = memory + layout.scores;
    T* sums = memory + layout.sums;
    T* maxima = memory + layout.maxima;
    T* sum_out = memory + layout.out;
    std::fill(sums, sums + queries, T(0));
    std::fill(maxima, maxima + queries, -std::numeric_limits<T>::infinity());
    std::fill(sum_out, sum_out + queries * layout.value_stride, T(0));
    const int64_t keys = job.mask.causal ? std::min(s.keys, end) : s.keys;
    for (int64_t key = 0; key < keys; key += layout.key_block) {
        const int64_t count = std::min(layout.key_block, keys - key);
        const T* k = job.k.at(b, key_head, key);
        const T* v = job.v.at(b, key_head, key);
        if (!few) {
            for (int64_t j = 0; j < count; j += kPanel<T>)
                pack_panel(k + j * job.k.row_stride, int64_t{1}, job.k.row_stride, s.depth,
                           std::min(kPanel<T>, count - j), kPanel<T>, packed_keys + j * s.depth);
            for (int64_t j = 0; j < s.value_depth; j += kPanel<T>)
                pack_panel(v + j, job.v.row_stride, int64_t{1}, count, std::min(kPanel<T>, s.value_depth - j),
                           kPanel<T>, packed_values + j * count);
        }
        for (int64_t first = 0; first < queries; first += kQueryBlock) {
            const int64_t block = std::min(kQueryBlock, queries - first);
            if (job.mask.causal && key > begin + first + block - 1) continue;
            const T* q = job.q.at(b, h, begin + first);
            const RowPanels rows(block);
            if (few) {
                kDots<T>[block - 1](count, s.depth, T(1), q, job.q.row_stride, k, job.k.row_stride, scores, 1,
                                    layout.score_stride, false, false);
            } else {
                for (int64_t j = 0; j < count; j += kPanel<T>)
                    for (int64_t i = 0; i < rows.count; ++i)
                        kTiles<T>.at[0][1][rows.height(i) - 1](
                            s.depth, q + rows.start(i) * job.q.row_stride, job.q.row_stride, packed_keys + j * s.depth,
                            kPanel<T>, scores + rows.start(i) * layout.score_stride + j, layout.score_stride, false);
            }
            for (int64_t r = 0; r < block; ++r) {
                const int64_t query = begin + first + r;
                const int64_t seen = job.mask.causal ? std::clamp<int64_t>(query + 1 - key, 0, count) : count;
                const int64_t at = b * job.mask.batch_stride + h * job.mask.head_stride +
                                   query * job.mask.query_stride + key * job.mask.key_stride;
                const T shrink =
                    softmax_row(scores + r * layout.score_stride, seen, (count + kLanes<T> - 1) / kLanes<T> * kLanes<T>,
                                s.scale, job.mask.additive == nullptr ? nullptr : job.mask.additive + at,
                                job.mask.keep == nullptr ? nullptr : job.mask.keep + at, job.mask.key_stride,
                                maxima[first + r], sums[first + r]);
                if (key > 0) scale_row(sum_out + (first + r) * layout.value_stride, layout.value_stride, shrink);
            }
            for (int64_t j = 0; j < s.value_depth; j += kPanel<T>) {
                const T* values = packed_values + j * count;
                int64_t stride = kPanel<T>;
                if (few && j + kPanel<T> <= s.value_depth) {
                    values = v + j;
                    stride = job.v.row_stride;
                } else if (few) {
                    pack_panel(v + j, job.v.row_stride, int64_t{1}, count, s.value_depth - j, kPanel<T>, packed_values);
                    values = packed_values;
                }
                for (int64_t i = 0; i < rows.count; ++i)
                    kTiles<T>.at[0][1][rows.height(i) - 1](
                        count, scores + rows.start(i) * layout.score_stride, layout.score_stride, values, stride,
                        sum_out + (first + rows.start(i)) * layout.value_stride + j, layout.value_stride, true);
            }
        }
    }
    for (int64_t r = 0; r < queries; ++r) {
        T* row = sum_out + r * layout.value_stride;
        scale_row(row, layout.value_stride, sums[r] == T(0) ? T(0) : T(1) / sums[r]);
        std::copy(row, row + s.value_depth, job.out.at(b, h, begin + r));
    }
}

// Queries of one task: whole heads if there are enough of them for the threads.
template <class T>
int64_t query_range(const AttentionShape<T>& s, int threads) {
    int64_t range = std::min(s.queries, kQueryRange);
    const int64_t wanted = threads > 1 ? 4 * threads : 1;
    while (range > 2 * kQueryBlock && s.batch * s.heads * ((s.queries + range - 1) / range) < wanted)
        range = (range + 1) / 2;
    return range;
}

template <class T>
void run_attention(const AttentionJob<T>& job, ScratchRef lent) {
    const AttentionShape<T>& s = job.shape;
    const int threads = max_threads();
    const int64_t range = query_range(s, threads), ranges = (s.queries + range - 1) / range;
    const AttentionLayout<T> layout(s, range);
    const size_t slots = std::min<size_t>(static_cast<size_t>(threads), SlotPool::kMaxSlots);
    const Scratch scratch(lent, slots * layout.bytes);
    SlotPool pool(scratch.at<T>(), slots, layout.bytes);
    const double flops = 2.0 * double(range) * double(s.keys) * double(s.depth + s.value_depth);
    const double read = double(sizeof(T)) * double(s.keys) * double(s.depth + s.value_depth);
    const int64_t grain = work_grain(s.batch * s.heads * ranges, std::max(flops, read * kFlopsPerByte));
    parallel_for(0, s.batch * s.heads * ranges, grain, [&](int64_t begin, int64_t end) HWY_ATTR {
        const SlotPool::Claim claim(pool);
        for (int64_t task = begin; task < end; ++task) {
            const int64_t head = task / ranges, first = task % ranges * range;
            attend(job, head / s.heads, head % s.heads, first, std::min(s.queries, first + range), layout,
                   claim.at<T>());
        }
    });
}

template <class T>
size_t attention_bytes(const AttentionShape<T>& s, int threads) {
    const size_t slots = std::min<size_t>(static_cast<size_t>(threads), SlotPool::kMaxSlots);
    size_t bytes = 0;
    for (int t = 1; t <= threads; ++t) bytes = std::max(bytes, slots * AttentionLayout<T>(s, query_range(s, t)).bytes);
    return bytes;
}

void attention_f32(const AttentionJob<float>& job, ScratchRef lent) { run_attention(job, lent); }
void attention_f64(const AttentionJob<double>& job, ScratchRef lent) { run_attention(job, lent); }
size_t attention_bytes_f32(const AttentionShape<float>& s, int threads) { return attention_bytes(s, threads); }
size_t attention_bytes_f64(const AttentionShape<double>& s, int threads) { return attention_bytes(s, threads); }

}  // namespace wick::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wick::kernels {

HWY_EXPORT(attention_f32);
HWY_EXPORT(attention_f64);
HWY_EXPORT(attention_bytes_f32);
HWY_EXPORT(attention_bytes_f64);

template <class T>
void attention(const AttentionShape<T>& shape, HeadsView<const T> q, HeadsView<const T> k, HeadsView<const T> v,
               const AttentionMask<T>& mask, HeadsView<T> out, ScratchRef scratch) {
    if (shape.batch <= 0 || shape.heads <= 0 || shape.queries <= 0 || shape.value_depth <= 0) return;
    if (shape.keys <= 0) {
        for (int64_t row = 0; row < shape.batch * shape.heads * shape.queries; ++row) {
            T* to = out.at(row / shape.queries / shape.heads, row / shape.queries % shape.heads, row % shape.queries);
            std::fill(to, to + shape.value_depth, T(0));
        }
        return;
    }
    const internal::AttentionJob<T> job{shape, q, k, v, mask, out};
    if constexpr (sizeof(T) == 4)
        HWY_DYNAMIC_DISPATCH(attention_f32)(job, scratch);
    else
        HWY_DYNAMIC_DISPATCH(attention_f64)(job, scratch);
}

template <class T>
size_t attention_scratch_bytes(const AttentionShape<T>& shape, int threads) {
    if (shape.queries <= 0 || shape.keys <= 0) return 0;
    if constexpr (sizeof(T) == 4)
        return lent_bytes(HWY_DYNAMIC_DISPATCH(attention_bytes_f32)(shape, threads));
    else
        return lent_bytes(HWY_DYNAMIC_DISPATCH(attention_bytes_f64)(shape, threads));
}

#define WICK_INSTANTIATE(T)                                                                                       \
    template void attention(const AttentionShape<T>&, HeadsView<const T>, HeadsView<const T>, HeadsView<const T>, \
                            const AttentionMask<T>&, HeadsView<T>, ScratchRef);                                   \
    template size_t attention_scratch_bytes(const AttentionShape<T>&, int);
WICK_INSTANTIATE(float)
WICK_INSTANTIATE(double)
#undef WICK_INSTANTIATE

}  // namespace wick::kernels
#endif
