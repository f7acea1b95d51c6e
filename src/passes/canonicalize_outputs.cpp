#include "passes/canonicalize_outputs.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace wick::jit {

namespace {

size_t index_of(const Block* block) {
    const std::vector<Block*>& blocks = block->owner->blocks;
    return static_cast<size_t>(std::find(blocks.begin(), blocks.end(), block) - blocks.begin());
}

/// Place in its block; the return node stands last.
int64_t position(const Node* node) {
    return node == node->block->return_node ? std::numeric_limits<int64_t>::max() : node->position;
}

/// Order of appearance in the printed graph, for two different nodes.
bool appears_before(const Node* a, const Node* b) {
    size_t depth_a = a->block->depth();
    size_t depth_b = b->block->depth();
    for (; depth_a > depth_b; --depth_a) {
        a = a->block->owner;
        if (a == b) return false;
    }
    for (; depth_b > depth_a; --depth_b) {
        b = b->block->owner;
        if (a == b) return true;
    }
    while (a->block != b->block) {
        const Node* outer_a = a->block->owner;
        const Node* outer_b = b->block->owner;
        if (outer_a == outer_b) return index_of(a->block) < index_of(b->block);
        a = outer_a;
        b = outer_b;
    }
    return position(a) < position(b);
}

bool use_before(const Use& a, const Use& b) {
    return a.user == b.user ? a.index < b.index : appears_before(a.user, b.user);
}

const Use* first_use(const Value* value) {
    if (value->uses.empty()) return nullptr;
    return &*std::min_element(value->uses.begin(), value->uses.end(), use_before);
}

/// Old positions of the outputs in their new order.
std::vector<size_t> order_of(const Node* node) {
    std::vector<const Use*> first;
    for (const Value* output : node->outputs) first.push_back(first_use(output));
    std::vector<size_t> order(first.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](size_t i, size_t j) {
        if (!first[i] || !first[j]) return first[i] && !first[j];
        return use_before(*first[i], *first[j]);
    });
    return order;
}

void permute_inputs(Node* node, size_t from, const std::vector<size_t>& order) {
    const std::vector<Value*> old(node->inputs.begin() + static_cast<std::ptrdiff_t>(from), node->inputs.end());
    for (size_t i = 0; i < order.size(); ++i) node->replace_input(from + i, old[order[i]]);
}

void permute_outputs(Node* node, size_t from, const std::vector<size_t>& order) {
    const auto first = node->outputs.begin() + static_cast<std::ptrdiff_t>(from);
    const std::vector<Value*> old(first, node->outputs.end());
    for (size_t i = 0; i < order.size(); ++i) {
        node->outputs[from + i] = old[order[i]];
        node->outputs[from + i]->offset = from + i;
    }
}

void canonicalize(Block* block) {
    // Backwards: the order of a node's outputs depends on what follows it.
    for (Node* node = block->return_node->prev; node != block->param_node; node = node->prev) {
        if (node->kind == sym::prim_If || node->kind == sym::prim_Loop) {
            const std::vector<size_t> order = order_of(node);
            const bool is_loop = node->kind == sym::prim_Loop;
            permute_outputs(node, 0, order);
            for (Block* inner : node->blocks) permute_inputs(inner->return_node, is_loop ? 1 : 0, order);
            if (is_loop) {
                permute_inputs(node, 2, order);
                permute_outputs(node->blocks[0]->param_node, 1, order);
            }
        }
        for (Block* inner : node->blocks) canonicalize(inner);
    }
}

}  // namespace

void canonicalize_outputs(Graph& graph) { canonicalize(graph.block()); }

}  // namespace wick::jit
