#include "passes/fuse_activations.h"

#include "ops/registry.h"

namespace wick::jit {
namespace {

bool is_relu(const Node* node) {
    static const Symbol relu = Symbol::from("aten::relu"), relu_ = Symbol::from("aten::relu_");
    return node->op && (node->kind == relu || node->kind == relu_);
}

/// The operator that does what `layer` does, and relu.
const Operator* with_relu(const Node* layer) {
    static const std::pair<const Operator*, const Operator*> known[] = {
        {Registry::instance().find_overload("aten::linear"), Registry::instance().find_overload("wick::linear_relu")},
        {Registry::instance().find_overload("aten::conv1d"), Registry::instance().find_overload("wick::conv1d_relu")},
        {Registry::instance().find_overload("aten::conv2d"), Registry::instance().find_overload("wick::conv2d_relu")},
        {Registry::instance().find_overload("aten::conv3d"), Registry::instance().find_overload("wick::conv3d_relu")}};
    for (const auto& [plain, fused] : known)
        if (layer->op && layer->op == plain) return fused;
    return nullptr;
}

/// A layer that relu is applied to, and the operator that does both; null where they can't be one.
struct Fusion {
    Node* layer = nullptr;
    const Operator* op = nullptr;
};

Fusion fusion_of(const Node* node) {
    if (!is_relu(node) || node->input(0)->uses.size() != 1) return {};
    Node* layer = node->input(0)->node;
    return layer->block == node->block ? Fusion{layer, with_relu(layer)} : Fusion();
}

void fuse_in(Graph& graph, Block* block) {
    for (Node* node : block->nodes()) {
        for (Block* inner : node->blocks) fuse_in(graph, inner);
        const auto [layer, op] = fusion_of(node);
        if (!op) continue;
        Node* fused = graph.create(Symbol::from(op->name), layer->inputs)->insert_after(layer);
        fused->op = op;
        fused->range = layer->range;
        fused->inlined_from = layer->inlined_from;
        fused->output()->copy_metadata(node->output());
        node->replace_all_uses_with(fused);
        node->destroy();
        layer->destroy();
    }
}

bool can_fuse_in(const Block* block) {
    for (const Node* node : block->nodes()) {
        if (fusion_of(node).op) return true;
        for (const Block* inner : node->blocks)
            if (can_fuse_in(inner)) return true;
    }
    return false;
}

}  // namespace

bool can_fuse_activations(const Graph& graph) { return can_fuse_in(graph.block()); }

void fuse_activations(Graph& graph) { fuse_in(graph, graph.block()); }

}  // namespace wick::jit
