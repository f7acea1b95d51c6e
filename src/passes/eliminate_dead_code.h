#pragma once

#include "ir/graph.h"

namespace wick::jit {

/// Removes nodes whose results nobody reads, and outputs of branches and loops that nobody reads. Nodes with side
/// effects stay, and those that write to memory that something else reads later, or that outlives the graph. Linear but
/// for loops, which are marked until nothing changes.
bool eliminate_dead_code(Graph& graph);

}  // namespace wick::jit
