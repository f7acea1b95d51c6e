#include "passes/number_warnings.h"

#include <atomic>

namespace wick::jit {

static void number_in(Block& block) {
    static std::atomic<int64_t> next_id{0};
    for (Node* node : block.nodes()) {
        for (Block* inner : node->blocks) number_in(*inner);
        if (node->kind == sym::aten_warn && !node->find(sym::attr_warn_id))
            node->set_attr(sym::attr_warn_id, IValue(next_id.fetch_add(1, std::memory_order_relaxed)));
    }
}

void number_warnings(Graph& graph) { number_in(*graph.block()); }

}  // namespace wick::jit
