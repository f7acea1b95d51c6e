#pragma once

#include <optional>
#include <vector>

#include "ir/graph.h"

namespace wick::jit {

/// Runs what has only constant inputs and touches immutable values only; branches on constants and loops that never run
/// disappear, as do outputs of branches and loops that are the same on every path. Operators that raise stay where they
/// are.
bool propagate_constants(Graph& graph);

/// The outputs of a node whose inputs are all constants; nothing when it cannot be run now.
std::optional<std::vector<IValue>> evaluate_constant_node(const Node* node);

}  // namespace wick::jit
