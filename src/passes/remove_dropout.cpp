#include "passes/remove_dropout.h"

#include <algorithm>

namespace wick::jit {

static bool remove_in(Block* block) {
    static const Symbol kinds[] = {Symbol::from("aten::dropout"),         Symbol::from("aten::dropout_"),
                                   Symbol::from("aten::feature_dropout"), Symbol::from("aten::feature_dropout_"),
                                   Symbol::from("aten::alpha_dropout"),   Symbol::from("aten::alpha_dropout_")};
    bool changed = false;
    for (Node* node : block->nodes()) {
        for (Block* inner : node->blocks) changed |= remove_in(inner);
        if (std::ranges::find(kinds, node->kind) == std::end(kinds) || node->inputs.size() < 3) continue;
        const IValue* train = constant_value(node->input(2));
        if (!train || !train->is_bool() || train->to_bool()) continue;
        node->output()->replace_all_uses_with(node->input(0));
        node->destroy();
        changed = true;
    }
    return changed;
}

bool remove_dropout(Graph& graph) { return remove_in(graph.block()); }

}  // namespace wick::jit
