#include "passes/fold_batch_norm.h"

#include <algorithm>
#include <optional>

namespace wick::jit {

namespace {

bool is_layer(const Node* node) {
    static const Symbol kinds[] = {Symbol::from("aten::conv1d"), Symbol::from("aten::conv2d"),
                                   Symbol::from("aten::conv3d")};
    // conv2d.padding has a string for its padding, and the same weights.
    return std::ranges::find(kinds, node->kind) != std::end(kinds);
}

Tensor call(std::string_view op, std::vector<IValue> arguments) {
    return call_operator(op, std::move(arguments)).to_tensor();
}

Tensor add(const Tensor& a, const Tensor& b) { return call("aten::add.Tensor", {a, b}); }
Tensor sub(const Tensor& a, const Tensor& b) { return call("aten::sub.Tensor", {a, b}); }
Tensor mul(const Tensor& a, const Tensor& b) { return call("aten::mul.Tensor", {a, b}); }

/// A constant tensor, or an undefined one for None; nothing for what is no constant.
std::optional<Tensor> tensor_of(const Value* value) {
    const IValue* constant = constant_value(value);
    if (!constant || !(constant->is_none() || constant->is_tensor())) return std::nullopt;
    return constant->is_none() ? Tensor() : constant->to_tensor();
}

bool fold(Graph& graph, Node* norm) {
    Node* layer = norm->input(0)->node;
    // Who asks for its shape gets the same answer afterwards.
    const auto reads_elements = [&](const Use& use) {
        return use.user != norm && use.user->kind != Symbol::from("aten::dim") &&
               use.user->kind != Symbol::from("aten::size");
    };
    if (!is_layer(layer) || std::ranges::any_of(layer->output()->uses, reads_elements)) return false;
    const IValue* training = constant_value(norm->input(5));
    const IValue* eps = constant_value(norm->input(7));
    if (!training || !training->is_bool() || training->to_bool() || !eps) return false;
    const auto weight = tensor_of(layer->input(1)), bias = tensor_of(layer->input(2));
    const auto scale = tensor_of(norm->input(1)), shift = tensor_of(norm->input(2));
    const auto mean = tensor_of(norm->input(3)), variance = tensor_of(norm->input(4));
    if (!weight || !bias || !scale || !shift || !mean || !variance) return false;
    if (!weight->defined() || !mean->defined() || !variance->defined() || !is_floating(weight->dtype())) return false;
    if (mean->dtype() != weight->dtype()) return false;

    Tensor factor = call("aten::rsqrt", {call("aten::add.Scalar", {*variance, *eps})});
    if (scale->defined()) factor = mul(factor, *scale);
    std::vector<int64_t> sizes(static_cast<size_t>(weight->dim()), 1);
    sizes[0] = -1;
    const Tensor new_weight = mul(*weight, call("aten::reshape", {factor, IValue(sizes)}));
    Tensor new_bias = mul(bias->defined() ? sub(*bias, *mean) : call("aten::neg", {*mean}), factor);
    if (shift->defined()) new_bias = add(new_bias, *shift);

    const InsertPoint here(graph, layer);
    layer->replace_input(1, graph.insert_constant(IValue(new_weight)));
    layer->replace_input(2, graph.insert_constant(IValue(new_bias)));
    norm->output()->replace_all_uses_with(layer->output());
    norm->destroy();
    return true;
}

bool fold_in(Graph& graph, Block* block) {
    static const Symbol batch_norm = Symbol::from("aten::batch_norm");
    bool changed = false;
    for (Node* node : block->nodes()) {
        for (Block* inner : node->blocks) changed |= fold_in(graph, inner);
        if (node->kind == batch_norm) changed |= fold(graph, node);
    }
    return changed;
}

}  // namespace

bool fold_batch_norm(Graph& graph) { return fold_in(graph, graph.block()); }

}  // namespace wick::jit
