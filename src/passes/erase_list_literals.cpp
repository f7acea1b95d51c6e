#include "passes/erase_list_literals.h"

namespace wick::jit {

Symbol empty_list_literal() {
    static const Symbol kind = Symbol::from("prim::EmptyListLiteral");
    return kind;
}

static bool erase(Graph& graph, Block* block) {
    bool changed = false;
    for (Node* node : block->nodes()) {
        for (Block* inner : node->blocks) changed |= erase(graph, inner);
        if (node->kind != empty_list_literal()) continue;
        if (!node->output()->uses.empty()) {
            Node* list = graph.create(sym::prim_ListConstruct)->insert_before(node);
            list->output()->set_type(node->output()->type);
            node->output()->replace_all_uses_with(list->output());
        }
        node->destroy();
        changed = true;
    }
    return changed;
}

bool erase_list_literals(Graph& graph) { return erase(graph, graph.block()); }

}  // namespace wick::jit
