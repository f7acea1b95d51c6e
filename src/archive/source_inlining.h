#pragma once

#include <unordered_set>

#include "ir/graph.h"

namespace wick::jit {

/// The nodes of a function body whose one output is written as an expression inside its use, not as a statement.
///
/// A constant is always inlined. Any other node is if its output has no name, is used once, and stands where a
/// left-to-right evaluation of the using expression would compute it: walking a statement's inputs from right to left
/// while walking the nodes before it backwards, each input has to be the next node. So the text, read again, gives the
/// nodes in the same order.
std::unordered_set<const Node*> inlined_nodes(const Block& body);

}  // namespace wick::jit
