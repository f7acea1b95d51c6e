// torch.nn.functional.scaled_dot_product_attention and the operators it was in earlier versions.
#include "ops/nn_attention.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/attention.h"
#include "kernels/nn_rows.h"
#include "ops/families.h"
#include "ops/linalg_product.h"
#include "ops/nn_common.h"
#include "ops/registry.h"

namespace wick::jit {

using namespace ops;

namespace {

/// Rows of unit column stride, as the kernel reads them.
Tensor with_unit_columns(const Tensor& t) { return t.stride(-1) == 1 || t.size(-1) <= 1 ? t : contiguous(t); }

template <class T>
kernels::HeadsView<const T> heads_view(const Tensor& t) {
    return {t.data<T>(), t.stride(0), t.stride(1), t.stride(2)};
}

template <class T>
void run_fused(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& mask, bool causal, double scale,
               const Tensor& out) {
    kernels::AttentionShape<T> shape;
    shape.batch = q.size(0);
    shape.heads = q.size(1);
    shape.queries = q.size(2);
    shape.keys = k.size(2);
    shape.depth = q.size(3);
    shape.value_depth = v.size(3);
    shape.scale = static_cast<T>(scale);
    shape.heads_per_key_head = q.size(1) / k.size(1);
    kernels::AttentionMask<T> what;
    what.causal = causal;
    if (mask.defined()) {
        if (mask.dtype() == DType::bool_) {
            what.keep = mask.data<bool>();
        } else {
            what.additive = mask.data<T>();
        }
        what.batch_stride = mask.stride(0);
        what.head_stride = mask.stride(1);
        what.query_stride = mask.stride(2);
        what.key_stride = mask.stride(3);
    }
    const kernels::HeadsView<T> to{out.mutable_data<T>(), out.stride(0), out.stride(1), out.stride(2)};
    kernels::attention<T>(shape, heads_view<T>(q), heads_view<T>(k), heads_view<T>(v), what, to);
}

/// scores[batch, heads, L, S] += mask, with -inf where a bool mask or the causal order hides a key. Returns the rows
/// that see nothing, whose scores become equal.
template <class T>
std::vector<int64_t> mask_scores(const Tensor& scores, const Tensor& mask, bool causal) {
    constexpr T kHidden = -std::numeric_limits<T>::infinity();
    const int64_t heads = scores.size(1), length = scores.size(2), keys = scores.size(3);
    std::vector<int64_t> empty_rows;
    T* row = scores.mutable_data<T>();
    for (int64_t r = 0; r < scores.size(0) * heads * length; ++r, row += keys) {
        const int64_t i = r % length, h = r / length % heads, b = r / length / heads;
        if (mask.defined()) {
            const int64_t offset = b * mask.stride(0) + h * mask.stride(1) + i * mask.stride(2), step = mask.stride(3);
            if (mask.dtype() == DType::bool_) {
                const bool* keep = mask.data<bool>() + offset;
                for (int64_t j = 0; j < keys; ++j) row[j] = keep[j * step] ? row[j] : kHidden;
            } else {
                const T* add = mask.data<T>() + offset;
                for (int64_t j = 0; j < keys; ++j) row[j] += add[j * step];
            }
        }
        if (causal) std::fill(row + std::min(keys, i + 1), row + keys, kHidden);
        if (std::all_of(row, row + keys, [](T x) { return x == kHidden; })) {
            empty_rows.push_back(r);
            std::fill_n(row, keys, T(0));
        }
    }
    return empty_rows;
}

/// The whole matrix of probabilities.
template <class T>
Tensor probabilities(const Tensor& q, const Tensor& k, const Tensor& mask, const AttentionOptions& options,
                     double scale) {
    const int64_t batch = q.size(0), heads = q.size(1), share = heads / k.size(1), length = q.size(2), keys = k.size(2);
    const Tensor scores = empty({batch, heads, length, keys}, q.dtype());
    for (int64_t h = 0; h < heads; ++h) {
        for (int64_t b = 0; b < batch; ++b) {
            multiply_into(select(select(scores, 1, h), 0, b), select(select(q, 1, h), 0, b),
                          transpose(select(select(k, 1, h / share), 0, b), 0, 1), scale, 0,
                          "scaled_dot_product_attention");
        }
    }
    const std::vector<int64_t> empty_rows = mask_scores<T>(scores, mask, options.causal);
    T* p = scores.mutable_data<T>();
    kernels::softmax<T>(batch * heads * length, keys, 1, p, p, false);
    for (int64_t r : empty_rows)
        std::fill_n(p + r * keys, keys, options.zero_when_masked ? T(0) : std::numeric_limits<T>::quiet_NaN());
    return scores;
}

/// out[b, h] = weights[b, h] @ value[b, head of h].
void attend(const Tensor& weights, const Tensor& value, const Tensor& out) {
    const int64_t share = weights.size(1) / value.size(1);
    for (int64_t h = 0; h < weights.size(1); ++h) {
        for (int64_t b = 0; b < weights.size(0); ++b) {
            const Tensor product = multiply(select(select(weights, 1, h), 0, b),
                                            select(select(value, 1, h / share), 0, b), "scaled_dot_product_attention");
            copy_into(select(select(out, 1, h), 0, b), product);
        }
    }
}

}  // namespace

AttentionResult attention(const Tensor& query, const Tensor& key, const Tensor& value,
                          const AttentionOptions& options) {
    WICK_CHECK(query.dtype() == key.dtype() && query.dtype() == value.dtype(),
               "Expected query, key, and value to have the same dtype, but got query.dtype: {} key.dtype: {} and "
               "value.dtype: {} instead.",
               name_of(query.dtype()), name_of(key.dtype()), name_of(value.dtype()));
    const bool fits = query.size(0) == key.size(0) && query.size(0) == value.size(0) && key.size(1) == value.size(1) &&
                      key.size(1) > 0 && query.size(1) % key.size(1) == 0 && query.size(3) == key.size(3) &&
                      key.size(2) == value.size(2);
    WICK_CHECK(fits || query.numel() == 0,
               "scaled_dot_product_attention: query {}, key {} and value {} do not fit each other",
               format_sizes(query.sizes()), format_sizes(key.sizes()), format_sizes(value.sizes()));
    const DType dtype = compute_dtype(query.dtype());
    const Tensor q = to_dtype(query, dtype), k = to_dtype(key, dtype), v = to_dtype(value, dtype);
    const int64_t batch = q.size(0), heads = q.size(1), length = q.size(2), keys = k.size(2), width = v.size(3);
    Tensor mask = options.mask;
    if (mask.defined()) {
        if (mask.dtype() != DType::bool_) mask = to_dtype(mask, dtype);
        mask = expand(mask, {batch, heads, length, keys});
    }
    const Tensor out = transpose(empty({batch, length, heads, width}, dtype), 1, 2);
    AttentionResult result;
    if (options.need_weights && keys == 0) result.weights = empty({batch, heads, length, keys}, dtype);
    const double scale = options.scale.value_or(1 / std::sqrt(static_cast<double>(q.size(3))));
    if (keys == 0) {
        fill(out, 0);
    } else if (!options.need_weights && options.zero_when_masked) {
        if (out.numel() > 0) {
            dispatch_float(dtype, "scaled_dot_product_attention", [&]<class T>() {
                run_fused<T>(with_unit_columns(q), with_unit_columns(k), with_unit_columns(v), mask, options.causal,
                             scale, out);
            });
        }
    } else {
        result.weights = dispatch_float(dtype, "scaled_dot_product_attention",
                                        [&]<class T>() { return probabilities<T>(q, k, mask, options, scale); });
        attend(result.weights, v, out);
    }
    result.output = to_dtype(out, query.dtype());
    result.weights = options.need_weights ? to_dtype(result.weights, query.dtype()) : Tensor();
    return result;
}

namespace {

using Pair = std::tuple<Tensor, Tensor>;

/// Arguments of any rank as [batch, heads, …] and back.
struct Ranked {
    Ranked(const Tensor& query, const Tensor& key, const Tensor& value, bool grouped) {
        WICK_CHECK(query.dim() >= 2 && key.dim() >= 2 && value.dim() >= 2,
                   "scaled_dot_product_attention: Expected query, key, and value to all be at least 2 dimensional, but "
                   "got query.dim(): {}, key.dim(): {} and value.dim(): {} instead.",
                   query.dim(), key.dim(), value.dim());
        q = query, k = key, v = value;
        if (grouped && query.dim() == 4 && key.dim() == 4 && value.dim() == 4) return;
        const auto lead = [](const Tensor& t) { return t.sizes().slice(0, t.sizes().size() - 2); };
        lead_sizes = broadcast_sizes(broadcast_sizes(lead(q), lead(k)), lead(v));
        q = to_four(q), k = to_four(k), v = to_four(v);
    }
    /// A mask's leading dimensions follow the same rule.
    Tensor mask_to_four(const Tensor& mask) const {
        if (!mask.defined() || lead_sizes.size() <= 2) return mask;
        return to_four(mask);
    }
    Tensor restore(const Tensor& t) const {
        if (!t.defined()) return t;
        if (lead_sizes.size() == 2) return t;
        if (lead_sizes.size() == 1) return squeeze(t, 0);
        DimVector sizes(lead_sizes);
        sizes.push_back(t.size(-2));
        sizes.push_back(t.size(-1));
        return reshape(t, sizes);
    }
    Tensor q, k, v;
    DimVector lead_sizes{0, 0};

 private:
    Tensor to_four(const Tensor& t) const {
        DimVector sizes(lead_sizes);
        sizes.push_back(t.size(-2));
        sizes.push_back(t.size(-1));
        const Tensor full = expand(t, sizes);
        if (lead_sizes.size() == 2) return full;
        if (lead_sizes.size() == 1) return unsqueeze(full, 0);
        return reshape(full, {1, checked_numel(lead_sizes), t.size(-2), t.size(-1)});
    }
};

Pair attention_any(const Tensor& query, const Tensor& key, const Tensor& value, const Tensor& attn_mask,
                   double dropout_p, bool causal, std::optional<double> scale, bool grouped, bool need_weights) {
    WICK_CHECK(!attn_mask.defined() || !causal,
               "_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True");
    WICK_CHECK(!attn_mask.defined() || attn_mask.dtype() == DType::bool_ || is_floating(attn_mask.dtype()),
               "Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: {} and  "
               "query.dtype: {} instead.",
               name_of(attn_mask.defined() ? attn_mask.dtype() : query.dtype()), name_of(query.dtype()));
    const Ranked ranked(query, key, value, grouped);
    AttentionOptions options{ranked.mask_to_four(attn_mask), causal, scale, true, need_weights || dropout_p > 0};
    AttentionResult result = attention(ranked.q, ranked.k, ranked.v, options);
    if (dropout_p > 0) {
        result.weights = call_operator("aten::dropout", {result.weights, dropout_p, true}).to_tensor();
        attend(result.weights, ranked.v, result.output);
    }
    return {ranked.restore(result.output), ranked.restore(result.weights)};
}

Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const Tensor& attn_mask, double dropout_p, bool is_causal,
                                    std::optional<double> scale, bool enable_gqa) {
    return std::get<0>(attention_any(query, key, value, attn_mask, dropout_p, is_causal, scale, enable_gqa, false));
}

Pair attention_with_weights(const Tensor& query, const Tensor& key, const Tensor& value, const Tensor& attn_mask,
                            double dropout_p, bool need_attn_weights, bool is_causal) {
    auto [out, weights] =
        attention_any(query, key, value, attn_mask, dropout_p, is_causal, std::nullopt, false, need_attn_weights);
    return {out, need_attn_weights ? weights : Tensor()};
}

Pair attention_math(const Tensor& query, const Tensor& key, const Tensor& value, const Tensor& attn_mask,
                    double dropout_p, bool is_causal, const Tensor& dropout_mask, std::optional<double> scale,
                    bool enable_gqa) {
    WICK_CHECK(!dropout_mask.defined(), "_scaled_dot_product_attention_math: a dropout mask is not supported");
    return attention_any(query, key, value, attn_mask, dropout_p, is_causal, scale, enable_gqa, true);
}

}  // namespace

void register_nn_attention(Registry& ops) {
    // What gradients go through: the output, and the weights before dropout.
    ops.add(
           "wick::attention_by_parts(Tensor query, Tensor key, Tensor value, Tensor? attn_mask, float dropout_p, bool "
           "is_causal, float? scale, bool enable_gqa) -> (Tensor, Tensor)")
        .composite(R"(
def attention_by_parts(query: Tensor, key: Tensor, value: Tensor, attn_mask: Optional[Tensor], dropout_p: float, is_causal: bool, scale: Optional[float], enable_gqa: bool) -> Tuple[Tensor, Tensor]:
    if enable_gqa and query.dim() == 4 and key.dim() == 4 and query.size(1) != key.size(1):
        share = query.size(1) // key.size(1)
        key = key.unsqueeze(2).expand([-1, -1, share, -1, -1]).reshape([key.size(0), -1, key.size(2), key.size(3)])
        value = value.unsqueeze(2).expand([-1, -1, share, -1, -1]).reshape([value.size(0), -1, value.size(2), value.size(3)])
    factor = 1 / float(query.size(-1)) ** 0.5 if scale is None else scale
    scores = torch.matmul(query * factor, key.transpose(-2, -1))
    if is_causal:
        scores = scores.masked_fill(torch.ones([scores.size(-2), scores.size(-1)]).triu(1) > 0, float("-inf"))
    if attn_mask is not None:
        if attn_mask.dtype == 11:  # bool
            scores = scores.masked_fill(attn_mask.logical_not(), float("-inf"))
        else:
            scores = scores + attn_mask
    if is_causal or attn_mask is not None:
        # A query that may see nothing gets zeros.
        blind = (scores == float("-inf")).all(-1, True)
        weights = torch.softmax(scores.masked_fill(blind, 0), -1).masked_fill(blind, 0)
    else:
        weights = torch.softmax(scores, -1)
    return torch.matmul(torch.dropout(weights, dropout_p, dropout_p > 0), value), weights
)");
    ops.add(
           "aten::scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? attn_mask=None, float "
           "dropout_p=0.0, bool is_causal=False, *, float? scale=None, bool enable_gqa=False) -> Tensor")
        .kernel(&scaled_dot_product_attention)
        .decomposition(R"(
def scaled_dot_product_attention(query: Tensor, key: Tensor, value: Tensor, attn_mask: Optional[Tensor], dropout_p: float, is_causal: bool, scale: Optional[float], enable_gqa: bool) -> Tensor:
    return ops.wick.attention_by_parts(query, key, value, attn_mask, dropout_p, is_causal, scale, enable_gqa)[0]
)");
    ops.add(
           "aten::_scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? attn_mask=None, float "
           "dropout_p=0.0, bool need_attn_weights=False, bool is_causal=False) -> (Tensor, Tensor)")
        .kernel(&attention_with_weights)
        .decomposition(R"(
def _scaled_dot_product_attention(query: Tensor, key: Tensor, value: Tensor, attn_mask: Optional[Tensor], dropout_p: float, need_attn_weights: bool, is_causal: bool) -> Tuple[Tensor, Tensor]:
    return ops.wick.attention_by_parts(query, key, value, attn_mask, dropout_p, is_causal, None, False)
)");
    ops.add(
           "aten::_scaled_dot_product_attention_math(Tensor query, Tensor key, Tensor value, Tensor? attn_mask=None, "
           "float dropout_p=0.0, bool is_causal=False, Tensor? dropout_mask=None, *, float? scale=None, bool "
           "enable_gqa=False) -> (Tensor, Tensor)")
        .kernel(&attention_math)
        .decomposition(R"(
def _scaled_dot_product_attention_math(query: Tensor, key: Tensor, value: Tensor, attn_mask: Optional[Tensor], dropout_p: float, is_causal: bool, dropout_mask: Optional[Tensor], scale: Optional[float], enable_gqa: bool) -> Tuple[Tensor, Tensor]:
    assert dropout_mask is None, "_scaled_dot_product_attention_math: a dropout mask is not supported"
    return ops.wick.attention_by_parts(query, key, value, attn_mask, dropout_p, is_causal, scale, enable_gqa)
)");
}

}  // namespace wick::jit
