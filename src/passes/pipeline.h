#pragma once
// Which passes run when.

#include "ir/graph.h"

namespace wick::jit {

/// What every freshly emitted graph goes through, in PyTorch's order, so that its text is PyTorch's: operator aliases,
/// forks, simple tuples, constants, order of outputs, numbers of warnings. The graph is in SSA form. Semantics and
/// errors stay as they are.
void clean_up(Graph& graph);

}  // namespace wick::jit
