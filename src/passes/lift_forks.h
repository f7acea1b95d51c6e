#pragma once

#include "ir/graph.h"

namespace wick::jit {

/// Turns what the emitter leaves for `fork(f)`, a prim::forkClosure of a prim::Closure with a block, into prim::fork
/// with the block as a graph of its own; the values that the block saw around it become inputs. A closure is lifted
/// first, into a graph of one tuple, and then copied for each of its forks: that is how its values get PyTorch's
/// numbers. What is left of closures is dead code.
bool lift_forks(Graph& graph);

}  // namespace wick::jit
