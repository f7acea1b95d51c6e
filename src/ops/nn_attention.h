#pragma once
// softmax(scale * Q K^T + mask) V on tensors: the door to kernels/attention.h. The matrix of scores exists as a whole
// only when it is asked for.

#include <optional>

#include <wick/tensor/tensor.h>

namespace wick::jit {

struct AttentionOptions {
    /// Broadcastable to [batch, heads, L, S]. bool: true lets the pair take part; float: added to the scores.
    Tensor mask;
    /// Query i sees keys 0 … i only.
    bool causal = false;
    /// Default 1 / sqrt(E).
    std::optional<double> scale;
    /// A query that may see nothing gives zeros; otherwise NaN.
    bool zero_when_masked = true;
    bool need_weights = false;
};

struct AttentionResult {
    Tensor output;   ///< [batch, heads, L, Ev], laid out as [batch, L, heads, Ev]
    Tensor weights;  ///< [batch, heads, L, S] if asked for
};

/// query[batch, heads, L, E], key[batch, kv_heads, S, E], value[batch, kv_heads, S, Ev] of one floating dtype and any
/// strides; heads is a multiple of kv_heads (heads in a row share a key head). OpError when shapes do not fit.
AttentionResult attention(const Tensor& query, const Tensor& key, const Tensor& value, const AttentionOptions& options);

}  // namespace wick::jit
