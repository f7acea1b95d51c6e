// The fused operators behind nn.MultiheadAttention and nn.TransformerEncoderLayer in evaluation mode.
#include <algorithm>

#include "kernels/nn_rows.h"
#include "ops/families.h"
#include "ops/linalg_product.h"
#include "ops/nn_attention.h"
#include "ops/nn_common.h"
#include "ops/nn_nested.h"
#include "ops/registry.h"

namespace wick::jit {

using namespace ops;

namespace {

using Pair = std::tuple<Tensor, Tensor>;

/// Which mask a `mask_type` argument announces.
enum class MaskType : int64_t { source = 0 /* [T, T] */, padding = 1 /* [B, T] */, full = 2 /* [B, heads, T, T] */ };

/// The fused operators take true (or any non-zero number) as "hidden"; the result is true where a key takes part, in a
/// shape that broadcasts to [batch, heads, T, S].
Tensor kept_keys(const Tensor& mask, std::optional<int64_t> mask_type, int64_t batch, int64_t length) {
    const Tensor hidden = contiguous(to_dtype(mask, DType::bool_));
    const Tensor keep = empty(hidden.sizes(), DType::bool_);
    std::transform(hidden.data<bool>(), hidden.data<bool>() + hidden.numel(), keep.mutable_data<bool>(),
                   [](bool h) { return !h; });
    if (keep.dim() == 4) return keep;
    WICK_CHECK(keep.dim() == 2, "Mask shape should be 2D or 4D, got {}", format_sizes(mask.sizes()));
    WICK_CHECK(!mask_type || (*mask_type >= 0 && *mask_type <= 2),
               "Mask Type should be 0 (src_mask), 1 (src_key_padding_mask), or 2 (default_mask)");
    const bool padding =
        mask_type ? MaskType{*mask_type} == MaskType::padding : keep.size(0) == batch && keep.size(0) != length;
    return padding ? unsqueeze(unsqueeze(keep, 1), 1) : unsqueeze(unsqueeze(keep, 0), 0);
}

/// Whether some row of the mask keeps no key at all.
bool hides_a_query(const Tensor& keep) {
    const int64_t keys = keep.size(-1);
    const bool* row = keep.data<bool>();
    for (int64_t r = 0; keys > 0 && r < keep.numel() / keys; ++r, row += keys)
        if (std::none_of(row, row + keys, [](bool k) { return k; })) return true;
    return false;
}

/// Sequence b sees its own lengths[b] first keys.
Tensor keep_lengths(const std::vector<int64_t>& lengths, int64_t keys) {
    const Tensor keep = zeros({static_cast<int64_t>(lengths.size()), 1, 1, keys}, DType::bool_);
    bool* row = keep.mutable_data<bool>();
    for (size_t b = 0; b < lengths.size(); ++b, row += keys) std::fill_n(row, std::min(lengths[b], keys), true);
    return keep;
}

/// Columns [index * width, …) of x[B, T, parts * width] as [B, heads, T, width / heads].
Tensor heads_of(const Tensor& x, int64_t index, int64_t width, int64_t heads) {
    const Tensor part = narrow(x, 2, index * width, width);
    return transpose(view(part, {part.size(0), part.size(1), heads, width / heads}), 1, 2);
}

Tensor mean_over_heads(const Tensor& weights) {
    const int64_t batch = weights.size(0), heads = weights.size(1), n = weights.size(2) * weights.size(3);
    const Tensor x = compute_input(weights), out = zeros({batch, weights.size(2), weights.size(3)}, x.dtype());
    dispatch_float(x.dtype(), "mean", [&]<class T>() {
        T* to = out.mutable_data<T>();
        for (int64_t b = 0; b < batch; ++b) {
            for (int64_t h = 0; h < heads; ++h)
                for (int64_t i = 0; i < n; ++i) to[b * n + i] += x.data<T>()[(b * heads + h) * n + i];
            for (int64_t i = 0; i < n; ++i) to[b * n + i] /= static_cast<T>(heads);
        }
    });
    return to_dtype(out, weights.dtype());
}

struct HeadParameters {
    int64_t embed_dim, heads;
    const Tensor &qkv_weight, &qkv_bias, &proj_weight, &proj_bias;
};

/// softmax(Q K^T / sqrt(d)) V of all heads, joined: [B, T, embed_dim] before the last projection.
AttentionResult attend_heads(const Tensor& query, const Tensor& key, const Tensor& value, const HeadParameters& p,
                             const Tensor& mask, std::optional<int64_t> mask_type, bool need_weights) {
    WICK_CHECK(query.dim() == 3, "expected 3-D `query`, got {}-D tensor", query.dim());
    WICK_CHECK(key.dim() == 3 && value.dim() == 3, "expected 3-D `key` and `value`, got {}-D and {}-D tensors",
               key.dim(), value.dim());
    WICK_CHECK(query.size(2) == p.embed_dim, "passed-in embed_dim {} didn't match last dim of query {}", p.embed_dim,
               query.size(2));
    WICK_CHECK(p.heads > 0 && p.embed_dim % p.heads == 0, "`embed_dim` must divide evenly by `num_heads`");
    WICK_CHECK(
        p.qkv_weight.dim() == 2 && p.qkv_weight.size(0) == 3 * p.embed_dim && p.qkv_weight.size(1) == p.embed_dim,
        "expected `qkv_weight` to be [{}, {}], got {}", 3 * p.embed_dim, p.embed_dim,
        format_sizes(p.qkv_weight.sizes()));
    WICK_CHECK(p.qkv_bias.numel() == 3 * p.embed_dim,
               "expected `qkv_bias` first dim and first dim of query to be equal");
    const int64_t width = p.embed_dim;
    Tensor q, k, v;
    if (query.is_same(key) && key.is_same(value)) {
        const Tensor joint = linear(query, p.qkv_weight, p.qkv_bias);
        q = heads_of(joint, 0, width, p.heads);
        k = heads_of(joint, 1, width, p.heads);
        v = heads_of(joint, 2, width, p.heads);
    } else {
        const auto project = [&](const Tensor& x, int64_t part) {
            return heads_of(
                linear(x, narrow(p.qkv_weight, 0, part * width, width), narrow(p.qkv_bias, 0, part * width, width)), 0,
                width, p.heads);
        };
        q = project(query, 0);
        k = project(key, 1);
        v = project(value, 2);
    }
    AttentionOptions options;
    options.need_weights = need_weights;
    if (const std::vector<int64_t>* lengths = nested_lengths(key)) {
        options.mask = keep_lengths(*lengths, key.size(1));
    } else if (mask.defined()) {
        options.mask = kept_keys(mask, mask_type, query.size(0), query.size(1));
        options.zero_when_masked = !hides_a_query(options.mask);
    }
    AttentionResult result = attention(q, k, v, options);
    result.output = view(contiguous(transpose(result.output, 1, 2)), {query.size(0), query.size(1), width});
    return result;
}

Tensor keep_mark(const Tensor& from, const Tensor& to) {
    const std::vector<int64_t>* lengths = nested_lengths(from);
    return lengths ? mark_nested(to, *lengths) : to;
}

Pair native_multi_head_attention(const Tensor& query, const Tensor& key, const Tensor& value, int64_t embed_dim,
                                 int64_t num_head, const Tensor& qkv_weight, const Tensor& qkv_bias,
                                 const Tensor& proj_weight, const Tensor& proj_bias, const Tensor& mask,
                                 bool need_weights, bool average_attn_weights, std::optional<int64_t> mask_type) {
    const HeadParameters p{embed_dim, num_head, qkv_weight, qkv_bias, proj_weight, proj_bias};
    const AttentionResult result = attend_heads(query, key, value, p, mask, mask_type, need_weights);
    const Tensor out = keep_mark(query, linear(result.output, proj_weight, proj_bias));
    if (!need_weights) return {out, Tensor()};
    return {out, average_attn_weights ? mean_over_heads(result.weights) : result.weights};
}

Tensor norm(const Tensor& x, const Tensor& weight, const Tensor& bias, double eps) {
    const Tensor in = compute_input(x), gamma = compute_input(weight, in.dtype()),
                 beta = compute_input(bias, in.dtype());
    const int64_t n = x.size(-1);
    WICK_CHECK(gamma.numel() == n && beta.numel() == n,
               "_transformer_encoder_layer_fwd: norm parameters do not have {} elements", n);
    const Tensor out = empty(in.sizes(), in.dtype());
    dispatch_float(in.dtype(), "LayerNormKernelImpl", [&]<class T>() {
        kernels::layer_norm<T>(n == 0 ? 0 : in.numel() / n, n, in.data<T>(), gamma.data<T>(), beta.data<T>(), eps,
                               out.mutable_data<T>(), nullptr, nullptr);
    });
    return to_dtype(out, x.dtype());
}

Tensor transformer_encoder_layer(const Tensor& src, int64_t embed_dim, int64_t num_heads, const Tensor& qkv_weight,
                                 const Tensor& qkv_bias, const Tensor& proj_weight, const Tensor& proj_bias,
                                 bool use_gelu, bool norm_first, double eps, const Tensor& norm_weight_1,
                                 const Tensor& norm_bias_1, const Tensor& norm_weight_2, const Tensor& norm_bias_2,
                                 const Tensor& ffn_weight_1, const Tensor& ffn_bias_1, const Tensor& ffn_weight_2,
                                 const Tensor& ffn_bias_2, const Tensor& mask, std::optional<int64_t> mask_type) {
    const HeadParameters p{embed_dim, num_heads, qkv_weight, qkv_bias, proj_weight, proj_bias};
    const Tensor x = contiguous(src);
    const Tensor attended = norm_first ? keep_mark(src, norm(x, norm_weight_1, norm_bias_1, eps)) : keep_mark(src, x);
    const AttentionResult heads = attend_heads(attended, attended, attended, p, mask, mask_type, false);
    Tensor middle = linear(heads.output, proj_weight, proj_bias, LinearEpilogue{x, kernels::Activation::None});
    if (!norm_first) middle = norm(middle, norm_weight_1, norm_bias_1, eps);
    const Tensor ffn_input = norm_first ? norm(middle, norm_weight_2, norm_bias_2, eps) : middle;
    const auto activation = use_gelu ? kernels::Activation::Gelu : kernels::Activation::Clamp;
    const Tensor hidden = linear(ffn_input, ffn_weight_1, ffn_bias_1, LinearEpilogue{{}, activation});
    Tensor out = linear(hidden, ffn_weight_2, ffn_bias_2, LinearEpilogue{middle, kernels::Activation::None});
    if (!norm_first) out = norm(out, norm_weight_2, norm_bias_2, eps);
    return keep_mark(src, out);
}

}  // namespace

void register_nn_transformer(Registry& ops) {
    ops.add(
           "aten::_native_multi_head_attention(Tensor query, Tensor key, Tensor value, int embed_dim, int num_head, "
           "Tensor qkv_weight, Tensor qkv_bias, Tensor proj_weight, Tensor proj_bias, Tensor? mask=None, bool "
           "need_weights=True, bool average_attn_weights=True, int? mask_type=None) -> (Tensor, Tensor)")
        .kernel(&native_multi_head_attention);
    ops.add(
           "aten::_transformer_encoder_layer_fwd(Tensor src, int embed_dim, int num_heads, Tensor qkv_weight, Tensor "
           "qkv_bias, Tensor proj_weight, Tensor proj_bias, bool use_gelu, bool norm_first, float eps, Tensor "
           "norm_weight_1, Tensor norm_bias_1, Tensor norm_weight_2, Tensor norm_bias_2, Tensor ffn_weight_1, Tensor "
           "ffn_bias_1, Tensor ffn_weight_2, Tensor ffn_bias_2, Tensor? mask=None, int? mask_type=None) -> Tensor")
        .kernel(&transformer_encoder_layer);
}

}  // namespace wick::jit
