#pragma once

#include "ir/graph.h"

namespace wick::jit {

/// Turns what the emitter leaves for `fork(f)`, a prim::forkClosure of a prim::Closure with a block, into prim::fork
/// with the block as a graph of its own; the values that the block saw around it become inputs. Closures that nobody
/// forks go.
bool lift_forks(Graph& graph);

}  // namespace wick::jit
