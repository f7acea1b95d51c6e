#pragma once
// Whether the next value of a variable may be computed in the register of its present one.

#include "ir/graph.h"

namespace wick::jit {

/// Whether `node` may overwrite the register of `old`: on no way from the node to the end of old's block is old used
/// again. What the node itself reads is read before it writes; a loop reads its limit again and runs its body again, so
/// of a loop only its carried input number `carried` may be old.
bool may_replace(const Value* old, const Node* node, size_t carried = 0);

}  // namespace wick::jit
