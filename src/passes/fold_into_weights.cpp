#include "passes/fold_into_weights.h"

#include <algorithm>
#include <optional>

namespace wick::jit {

namespace {

Tensor call(std::string_view op, std::vector<IValue> arguments) {
    return call_operator(op, std::move(arguments)).to_tensor();
}

Tensor add(const Tensor& a, const Tensor& b) { return call("aten::add.Tensor", {a, b}); }
Tensor mul(const Tensor& a, const Tensor& b) { return call("aten::mul.Tensor", {a, b}); }
Tensor neg(const Tensor& a) { return call("aten::neg", {a}); }

bool is_convolution(const Node* node) {
    static const Symbol kinds[] = {Symbol::from("aten::conv1d"), Symbol::from("aten::conv2d"),
                                   Symbol::from("aten::conv3d")};
    // conv2d.padding has a string for its padding, and the same weights.
    return std::ranges::find(kinds, node->kind) != std::end(kinds);
}

/// A constant tensor, or an undefined one for None; nothing for what is no constant.
std::optional<Tensor> tensor_of(const Value* value) {
    const IValue* constant = constant_value(value);
    if (!constant || !(constant->is_none() || constant->is_tensor())) return std::nullopt;
    return constant->is_none() ? Tensor() : constant->to_tensor();
}

/// factor · y + shift, a value per channel; undefined for 1 and 0.
struct Affine {
    Tensor factor;
    Tensor shift;
};

std::optional<Affine> of_batch_norm(const Node* norm, const Tensor& weight) {
    const IValue* training = constant_value(norm->input(5));
    const IValue* eps = constant_value(norm->input(7));
    if (!training || !training->is_bool() || training->to_bool() || !eps) return std::nullopt;
    const auto scale = tensor_of(norm->input(1)), shift = tensor_of(norm->input(2));
    const auto mean = tensor_of(norm->input(3)), variance = tensor_of(norm->input(4));
    if (!scale || !shift || !mean || !variance || !mean->defined() || !variance->defined()) return std::nullopt;
    if (mean->dtype() != weight.dtype() || mean->numel() != weight.sizes()[0]) return std::nullopt;
    Affine affine;
    affine.factor = call("aten::rsqrt", {call("aten::add.Scalar", {*variance, *eps})});
    if (scale->defined()) affine.factor = mul(affine.factor, *scale);
    affine.shift = neg(mul(*mean, affine.factor));
    if (shift->defined()) affine.shift = add(affine.shift, *shift);
    return affine;
}

/// The operand of arithmetic with a convolution's result, as one value per channel.
std::optional<Tensor> per_channel(const Value* operand, const Tensor& weight) {
    const IValue* constant = constant_value(operand);
    const int64_t channels = weight.sizes()[0];
    const auto spread = [&](const IValue& number) {
        return call("aten::full_like",
                    {call("aten::slice.Tensor", {call("aten::reshape", {weight, IValue(std::vector<int64_t>{-1})}),
                                                 int64_t{0}, int64_t{0}, channels}),
                     number});
    };
    if (!constant) return std::nullopt;
    if (constant->is_int() || constant->is_double()) return spread(*constant);
    if (!constant->is_tensor()) return std::nullopt;
    const Tensor& tensor = constant->tensor_ref();
    if (tensor.dtype() != weight.dtype() || tensor.dim() > weight.dim()) return std::nullopt;
    if (tensor.numel() == 1)
        return spread(IValue(call("aten::reshape", {tensor, IValue(std::vector<int64_t>{})}).item()));
    // The channels are dimension 1 of the result, whose dimensions are as many as the weight's.
    const bool is_per_channel =
        tensor.dim() == weight.dim() && tensor.sizes()[1] == channels && tensor.numel() == channels;
    if (!is_per_channel) return std::nullopt;
    return call("aten::reshape", {tensor, IValue(std::vector<int64_t>{channels})});
}

std::optional<Affine> of_arithmetic(const Node* node, const Tensor& weight) {
    static const Symbol add = Symbol::from("aten::add"), sub = Symbol::from("aten::sub"),
                        mul = Symbol::from("aten::mul"), div = Symbol::from("aten::div");
    const bool is_sum = node->kind == add || node->kind == sub;
    const bool is_product = (node->kind == mul || node->kind == div) && node->inputs.size() == 2;
    if (!is_sum && !is_product) return std::nullopt;
    std::optional<Tensor> operand = per_channel(node->input(1), weight);
    if (!operand) return std::nullopt;
    if (is_product) return Affine{node->kind == div ? call("aten::reciprocal", {*operand}) : *operand, {}};
    const IValue* alpha = node->inputs.size() == 3 ? constant_value(node->input(2)) : nullptr;
    if (!alpha || !(alpha->is_int() || alpha->is_double())) return std::nullopt;
    operand = call("aten::mul.Scalar", {*operand, *alpha});
    return Affine{{}, node->kind == sub ? neg(*operand) : *operand};
}

bool fold(Graph& graph, Node* node) {
    static const Symbol batch_norm = Symbol::from("aten::batch_norm"), linear = Symbol::from("aten::linear");
    if (node->inputs.empty()) return false;
    Node* layer = node->input(0)->node;
    const bool is_norm = node->kind == batch_norm;
    if (!is_convolution(layer) && !(is_norm && layer->kind == linear)) return false;
    // Who asks for its shape gets the same answer afterwards.
    const auto reads_elements = [&](const Use& use) {
        return use.user != node && use.user->kind != Symbol::from("aten::dim") &&
               use.user->kind != Symbol::from("aten::size");
    };
    if (std::ranges::any_of(layer->output()->uses, reads_elements)) return false;
    const auto weight = tensor_of(layer->input(1)), bias = tensor_of(layer->input(2));
    if (!weight || !bias || !weight->defined() || !is_floating(weight->dtype())) return false;
    const std::optional<Affine> affine = is_norm ? of_batch_norm(node, *weight) : of_arithmetic(node, *weight);
    if (!affine) return false;

    Tensor new_weight = *weight, new_bias = *bias;
    if (affine->factor.defined()) {
        std::vector<int64_t> sizes(static_cast<size_t>(weight->dim()), 1);
        sizes[0] = -1;
        new_weight = mul(new_weight, call("aten::reshape", {affine->factor, IValue(sizes)}));
        if (new_bias.defined()) new_bias = mul(new_bias, affine->factor);
    }
    if (affine->shift.defined()) new_bias = new_bias.defined() ? add(new_bias, affine->shift) : affine->shift;

    const InsertPoint here(graph, layer);
    layer->replace_input(1, graph.insert_constant(IValue(new_weight)));
    if (new_bias.defined()) layer->replace_input(2, graph.insert_constant(IValue(new_bias)));
    node->output()->replace_all_uses_with(layer->output());
    node->destroy();
    return true;
}

bool fold_in(Graph& graph, Block* block) {
    bool changed = false;
    for (Node* node : block->nodes()) {
        for (Block* inner : node->blocks) changed |= fold_in(graph, inner);
        changed |= fold(graph, node);
    }
    return changed;
}

}  // namespace

bool fold_into_weights(Graph& graph) { return fold_in(graph, graph.block()); }

}  // namespace wick::jit
