#pragma once

#include "ir/graph.h"

namespace wick::jit {

/// Whether there is anything for inline_calls to do.
bool has_small_calls(const Graph& graph);

/// Calls of functions and methods that are known and small become copies of their bodies, and calls in these too; a
/// function that calls itself is copied once. Nodes tell in inlined_from which calls they stood in. For the graph that
/// a plan is made of: printed and saved graphs keep their calls.
bool inline_calls(Graph& graph);

}  // namespace wick::jit
