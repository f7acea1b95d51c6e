#pragma once
// Scaled dot-product attention on raw memory, float and double:
//
//   out[b, h, i, :] = sum over j of softmax_j(scale * q[b, h, i, :] . k[b, h, j, :] + mask[b, h, i, j]) * v[b, h, j, :]
//
// Keys are taken in blocks with a running maximum and sum (Milakov & Gimelshein, "Online normalizer calculation for
// softmax", 2018; Dao et al., "FlashAttention", 2022), so the matrix of scores never exists as a whole. Accuracy: as
// softmax and two products in T; exp is within 1 ulp. The thread budget never changes a result.

#include <cstddef>
#include <cstdint>

#include "kernels/scratch.h"

namespace wick::kernels {

/// A [batch, heads, rows, columns] tensor with unit stride along columns. A stride of 0 repeats.
template <class T>
struct HeadsView {
    T* data = nullptr;
    int64_t batch_stride = 0;
    int64_t head_stride = 0;
    int64_t row_stride = 0;
    T* at(int64_t b, int64_t h, int64_t row = 0) const {
        return data + b * batch_stride + h * head_stride + row * row_stride;
    }
};

/// What is added to the scores. At most one of `additive` and `keep` is set; strides of 0 broadcast.
template <class T>
struct AttentionMask {
    const T* additive = nullptr;  // added to the score; -inf removes a key
    const bool* keep = nullptr;   // false removes a key
    int64_t batch_stride = 0, head_stride = 0, query_stride = 0, key_stride = 0;
    bool causal = false;  // key j serves query i only if j <= i, as PyTorch's is_causal (aligned at the top left)
};

template <class T>
struct AttentionShape {
    int64_t batch = 1, heads = 1, queries = 1, keys = 1;
    int64_t depth = 1;               // columns of q and k
    int64_t value_depth = 1;         // columns of v and out
    T scale = 1;                     // usually 1 / sqrt(depth)
    int64_t heads_per_key_head = 1;  // grouped queries: head h reads head h / heads_per_key_head of k and v
};

/// A query whose keys are all removed gives zeros, as in PyTorch since 2.5. out must not overlap the inputs.
template <class T>
void attention(const AttentionShape<T>& shape, HeadsView<const T> q, HeadsView<const T> k, HeadsView<const T> v,
               const AttentionMask<T>& mask, HeadsView<T> out, ScratchRef scratch = {});

/// Memory that spares attention its own allocation under a budget of up to `threads`.
template <class T>
size_t attention_scratch_bytes(const AttentionShape<T>& shape, int threads);

}  // namespace wick::kernels
