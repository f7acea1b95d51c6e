#include "runtime/carried_values.h"

#include <algorithm>

namespace wick::jit {
namespace {

/// A value of more uses keeps its register: the check looks at each of them.
constexpr size_t kMaxUses = 64;

bool encloses(const Node* outer, const Node* inner) {
    for (const Block* block = inner->block; block->owner; block = block->owner->block) {
        if (block->owner == outer) return true;
    }
    return false;
}

bool encloses(const Block* outer, const Node* inner) {
    for (const Block* block = inner->block;; block = block->owner->block) {
        if (block == outer) return true;
        if (!block->owner) return false;
    }
}

/// Whether control can come from `node` to `user`, other than by the next turn of a loop around both.
bool is_after(const Node* user, const Node* node) {
    if (user != user->block->return_node) return node->is_before(user);
    return encloses(user->block, node) || (user->block->owner && node->is_before(user->block->owner));
}

}  // namespace

bool may_replace(const Value* old, const Node* node, size_t carried) {
    if (old->uses.size() > kMaxUses) return false;
    const bool is_loop = node->kind == sym::prim_Loop;
    return std::none_of(old->uses.begin(), old->uses.end(), [&](const Use& use) {
        if (use.user == node) return is_loop && use.index != carried + 2;
        return is_after(use.user, node) || (is_loop && encloses(node, use.user));
    });
}

}  // namespace wick::jit
