#include "passes/pool_constants.h"

#include <unordered_set>

#include "passes/constants.h"

namespace wick::jit {

namespace {

struct Hash {
    size_t operator()(const Node* node) const { return hash_constant(node); }
};
struct Equal {
    bool operator()(const Node* a, const Node* b) const { return same_constant(a, b); }
};
using Pool = std::unordered_set<Node*, Hash, Equal>;

bool pool(Graph& graph, Block* block, Pool& known) {
    bool changed = false;
    for (Node* node : block->nodes()) {
        for (Block* inner : node->blocks) changed |= pool(graph, inner, known);
        if (node->kind != sym::prim_Constant) continue;
        const auto [first, added] = known.insert(node);
        if (!added) {
            node->output()->replace_all_uses_with((*first)->output());
            node->destroy();
            changed = true;
        } else if (Node* front = graph.block()->param_node->next; node != front) {
            node->move_before(front);
            changed = true;
        }
    }
    return changed;
}

}  // namespace

bool pool_constants(Graph& graph) {
    Pool known;
    return pool(graph, graph.block(), known);
}

}  // namespace wick::jit
