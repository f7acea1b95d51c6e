#include "ops/autocast.h"

#include <algorithm>
#include <fmt/format.h>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <wick/tensor/grad_mode.h>

#include "ops/call_handler.h"
#include "ops/script_call.h"
#include "support/thread_value.h"

namespace wick::jit {

namespace {

/// Operators by their names without a namespace, with all of their overloads but those that write.
struct PolicyList {
    CastPolicy policy;
    std::string_view names;
};

/// PyTorch's lists for the CPU: of its dispatcher (aten/src/ATen/autocast_mode.h).
constexpr PolicyList kEager[] = {
    {CastPolicy::lower_precision,
     "_convolution addbmm addmm baddbmm bmm conv1d conv2d conv3d conv_tbc conv_transpose1d conv_transpose2d "
     "conv_transpose3d linalg_vecdot linear lstm matmul mm prelu rnn_relu rnn_tanh scaled_dot_product_attention"},
    {CastPolicy::float32,
     "_lu_with_info adaptive_avg_pool3d adaptive_max_pool3d avg_pool3d binary_cross_entropy "
     "binary_cross_entropy_with_logits cdist cholesky cholesky_inverse cholesky_solve cosine_embedding_loss "
     "cross_entropy_loss ctc_loss fft_fft fft_fft2 fft_fftn fft_hfft fft_ifft fft_ifft2 fft_ifftn fft_ihfft fft_irfft "
     "fft_irfft2 fft_irfftn fft_rfft fft_rfft2 fft_rfftn fractional_max_pool2d fractional_max_pool3d geqrf "
     "grid_sampler hinge_embedding_loss huber_loss inverse kl_div l1_loss linalg_cholesky linalg_cholesky_ex "
     "linalg_cond linalg_eigh linalg_eigvalsh linalg_householder_product linalg_inv linalg_inv_ex linalg_lstsq "
     "linalg_matrix_rank linalg_qr linalg_solve linalg_svd linalg_svdvals linalg_tensorinv linalg_tensorsolve lu_solve "
     "margin_ranking_loss max_pool3d max_unpool2d max_unpool3d mse_loss multi_margin_loss multilabel_margin_loss "
     "nanquantile nll_loss nll_loss2d nll_loss_nd orgqr pinverse poisson_nll_loss polar prod qr quantile "
     "reflection_pad1d reflection_pad2d replication_pad1d replication_pad2d replication_pad3d smooth_l1_loss "
     "soft_margin_loss stft svd trace triangular_solve triplet_margin_loss view_as_complex"},
    {CastPolicy::widest, "cat index_copy stack"},
};

/// Of its pass over compiled programs (torch/csrc/jit/passes/autocast.cpp), as PyTorch 2.13 has them.
constexpr PolicyList kCompiled[] = {
    {CastPolicy::lower_precision,
     "_convolution addbmm addmm addmv addr baddbmm bmm conv1d conv2d conv3d conv_tbc conv_transpose1d convolution "
     "gru_cell linear lstm_cell matmul mm mv prelu rnn_relu_cell rnn_tanh_cell"},
    {CastPolicy::float32,
     "acos add addcdiv addcmul asin atan2 bilinear binary_cross_entropy_with_logits cdist cosh cosine_embedding_loss "
     "cosine_similarity cross dist div dot equal erfinv exp expm1 frobenius_norm gelu group_norm hinge_embedding_loss "
     "index_put kl_div l1_loss layer_norm log log10 log1p log2 logsumexp margin_ranking_loss mse_loss mul "
     "multi_margin_loss multilabel_margin_loss native_layer_norm nll_loss nll_loss2d nuclear_norm pdist pow reciprocal "
     "renorm rsqrt sinh smooth_l1_loss soft_margin_loss softplus sub tan tensordot triplet_margin_loss"},
    {CastPolicy::float32_unless_dtype, "cumprod cumsum log_softmax prod sum"},
    {CastPolicy::refused, "binary_cross_entropy"},
};

using Policies = std::unordered_map<const Operator*, CastPolicy>;

Policies make_policies(std::span<const PolicyList> lists) {
    Policies policies;
    const auto add = [&](std::string_view name, CastPolicy policy) {
        const std::vector<const Operator*>& overloads = Registry::instance().find(name);
        if (overloads.empty()) throw InternalError(fmt::format("autocast: no operator {}", name));
        for (const Operator* op : overloads)
            if (!op->is_out_variant) policies[op] = policy;
    };
    for (const PolicyList& list : lists)
        for (std::string_view names = list.names; !names.empty();) {
            const std::string_view name = names.substr(0, names.find(' '));
            add(fmt::format("aten::{}", name), list.policy);
            names.remove_prefix(std::min(name.size() + 1, names.size()));
        }
    return policies;
}

/// What autocast is about; float64 is left alone.
bool is_castable(const IValue& value) {
    if (!value.is_tensor() || !value.tensor_ref().defined()) return false;
    const DType dtype = value.tensor_ref().dtype();
    return dtype == DType::float32 || dtype == DType::float16 || dtype == DType::bfloat16;
}

/// The tensors among the values and in lists of them.
template <class F>
void for_each_castable(IValue* values, size_t count, F f) {
    for (IValue& value : std::span(values, count)) {
        if (is_castable(value)) f(value);
        if (!value.is_list()) continue;
        const auto holds_castable = [](const ListObject& list) { return std::ranges::any_of(list.items, is_castable); };
        if (!holds_castable(value.to_list())) continue;
        auto copy = make_list(value.to_list().element_type, value.to_list().items);
        for (IValue& item : copy->items)
            if (is_castable(item)) f(item);
        value = IValue(std::move(copy));
    }
}

/// Casts of weights, by the weight's TensorImpl. An entry holds the weight, so that no other tensor gets its address.
class CastCache {
 public:
    /// The cast of the weight as it is now; undefined where there is none that serves.
    Tensor find(const Tensor& weight) const {
        const auto found = casts_.find(weight.impl());
        if (found == casts_.end()) return {};
        const Entry& entry = found->second;
        const bool is_current = entry.version == weight.impl()->storage->version() &&
                                entry.cast.dtype() == AutocastMode::dtype() &&
                                (entry.cast.requires_grad() || !GradMode::is_enabled());
        return is_current ? entry.cast : Tensor();
    }
    void keep(const Tensor& weight, const Tensor& cast) {
        casts_[weight.impl()] = {weight, cast, weight.impl()->storage->version()};
    }
    void clear() { casts_.clear(); }

 private:
    struct Entry {
        Tensor weight, cast;
        uint32_t version;
    };
    std::unordered_map<const TensorImpl*, Entry> casts_;
};

thread_local ThreadValue<CastCache> t_casts;
thread_local int t_depth = 0;

void cast(IValue& value, DType dtype, bool keeps_casts) {
    const Tensor& tensor = value.tensor_ref();
    if (tensor.dtype() == dtype) return;
    const bool is_kept = keeps_casts && dtype == AutocastMode::dtype() && tensor.dtype() == DType::float32 &&
                         tensor.requires_grad() && tensor.is_leaf();
    if (is_kept) {
        if (Tensor known = t_casts->find(tensor); known.defined()) {
            value = IValue(std::move(known));
            return;
        }
    }
    IValue made = call_operator("aten::to.dtype", {value, static_cast<int64_t>(dtype)});
    if (is_kept) t_casts->keep(tensor, made.tensor_ref());
    value = std::move(made);
}

/// The mode, by one kind of lists.
class Autocast : public CallHandler {
 public:
    static Autocast& of(CastLists lists) {
        static Autocast eager(CastLists::eager), compiled(CastLists::compiled);
        return lists == CastLists::eager ? eager : compiled;
    }
    explicit Autocast(CastLists lists)
        : lists_(lists), policies_(lists == CastLists::eager ? make_policies(kEager) : make_policies(kCompiled)) {}

    CastPolicy policy_of(const Operator& op) const {
        const auto found = policies_.find(&op);
        return found == policies_.end() ? CastPolicy::none : found->second;
    }

    void call(const Operator& op, Args args, IValue* results) override {
        // What plans have joined (passes/fuse_layers.h) is its parts again.
        if (op.name.starts_with("wick::") && !op.decomposition.empty())
            return call_as_kernel(decomposition_function(op), args, results);
        const CastPolicy policy = policy_of(op);
        if (policy == CastPolicy::none) return pass_on(CallMode::kAutocast, op, args, results);
        std::vector<IValue> values;
        for (size_t i = 0; i < args.size(); ++i) values.push_back(args[i]);
        cast(op, policy, values.data(), values.size());
        std::vector<IValue*> slots;
        for (IValue& value : values) slots.push_back(&value);
        // What the operator is made of gets what it has been given.
        const HandleCalls off(CallMode::kAutocast, nullptr);
        pass_on(CallMode::kAutocast, op, Args{slots.data(), slots.size()}, results);
    }

    /// The values as the operator is to get them.
    void cast(const Operator& op, CastPolicy policy, IValue* values, size_t count) const {
        DType dtype = DType::float32;
        switch (policy) {
            case CastPolicy::none:
                return;
            case CastPolicy::refused:
                throw OpError("Unsafe to autocast");
            case CastPolicy::float32_unless_dtype:
                if (const int64_t named = op.schema().find_argument("dtype"); named >= 0 && !values[named].is_none())
                    return;
                break;
            case CastPolicy::float32:
                break;
            case CastPolicy::lower_precision:
            case CastPolicy::widest:
                dtype = AutocastMode::dtype();
        }
        if (policy == CastPolicy::widest)
            for_each_castable(values, count, [&](const IValue& value) {
                if (value.tensor_ref().dtype() == DType::float32) dtype = DType::float32;
            });
        // Compiled programs do not say when casts of weights are to be forgotten.
        const bool keeps_casts = lists_ == CastLists::eager && AutocastMode::is_cache_enabled();
        const HandleCalls off(CallMode::kAutocast, nullptr);
        for_each_castable(values, count, [&](IValue& value) { jit::cast(value, dtype, keeps_casts); });
    }

 private:
    const CastLists lists_;
    const Policies policies_;
};

}  // namespace

CastPolicy cast_policy(const Operator& op, CastLists lists) { return Autocast::of(lists).policy_of(op); }

void cast_for(const Operator& op, IValue* values, size_t count) {
    if (const auto* mode = static_cast<const Autocast*>(call_handler(CallMode::kAutocast)))
        mode->cast(op, mode->policy_of(op), values, count);
}

bool is_autocast(const Type& type) {
    if (!type.is(TypeKind::Class)) return false;
    const std::string& name = type.expect<ClassType>().name();
    return name.starts_with("__torch__.torch.") && name.ends_with("autocast_mode.autocast");
}

AutocastState::AutocastState() : handler_(call_handler(CallMode::kAutocast)), dtype_(AutocastMode::dtype()) {}

void AutocastState::apply() const {
    set_call_handler(CallMode::kAutocast, handler_);
    AutocastMode::set_dtype(dtype_);
}

void enter_autocast(const ScriptObject& manager, CastLists lists) {
    const auto attribute = [&](const char* name, bool (IValue::*is_right)() const) {
        const int64_t slot = manager.type->find_attribute(name);
        if (slot < 0 || !(manager.slot(slot).*is_right)())
            throw OpError(fmt::format("Autocast missing {} attribute", name));
        return manager.slot(slot);
    };
    const std::string device = attribute("device", &IValue::is_string).to_string();
    const bool enabled = attribute("_enabled", &IValue::is_bool).to_bool();
    DType dtype;
    if (!dtype_from_number(attribute("fast_dtype", &IValue::is_int).to_int(), dtype) || !is_floating(dtype))
        throw OpError("Autocast dtype argument must be a floating dtype");
    // What other devices compute in is of no matter here.
    if (device != "cpu") return;
    AutocastMode::set_dtype(dtype);
    set_call_handler(CallMode::kAutocast, enabled ? &Autocast::of(lists) : nullptr);
}

}  // namespace wick::jit

namespace wick {

void AutocastMode::set_enabled(bool enabled) {
    jit::set_call_handler(CallMode::kAutocast, enabled ? &jit::Autocast::of(jit::CastLists::eager) : nullptr);
}

void AutocastMode::clear_cache() { jit::t_casts->clear(); }

int AutocastMode::enter() { return ++jit::t_depth; }
int AutocastMode::leave() {
    if (--jit::t_depth == 0) clear_cache();
    return jit::t_depth;
}

AutocastGuard::AutocastGuard(DType dtype, bool enabled)
    : dtype_(AutocastMode::dtype()), enabled_(AutocastMode::is_enabled()) {
    AutocastMode::enter();
    AutocastMode::set_dtype(dtype);
    AutocastMode::set_enabled(enabled);
}

AutocastGuard::~AutocastGuard() {
    AutocastMode::leave();
    AutocastMode::set_dtype(dtype_);
    AutocastMode::set_enabled(enabled_);
}

}  // namespace wick
