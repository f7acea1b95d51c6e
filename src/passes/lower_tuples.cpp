#include "passes/lower_tuples.h"

#include "passes/eliminate_dead_code.h"

namespace wick::jit {

namespace {

void lower(Node* node) {
    if (node->kind != sym::prim_TupleUnpack && node->kind != sym::prim_TupleIndex) return;
    const Node* construct = node->input(0)->node;
    if (construct->kind != sym::prim_TupleConstruct) return;
    if (node->kind == sym::prim_TupleUnpack) {
        for (size_t i = 0; i < node->outputs.size(); ++i) node->outputs[i]->replace_all_uses_with(construct->input(i));
        return;
    }
    const IValue* index = constant_value(node->input(1));
    if (!index || !index->is_int()) return;
    const auto length = static_cast<int64_t>(construct->inputs.size());
    const int64_t at = index->to_int() < 0 ? index->to_int() + length : index->to_int();
    if (at >= 0 && at < length) node->output()->replace_all_uses_with(construct->input(at));
}

void lower(Block* block) {
    for (Node* node : block->nodes()) {
        lower(node);
        for (Block* inner : node->blocks) lower(inner);
    }
}

}  // namespace

bool lower_simple_tuples(Graph& graph) {
    lower(graph.block());
    return eliminate_dead_code(graph);
}

}  // namespace wick::jit
