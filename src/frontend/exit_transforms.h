#pragma once

#include "ir/graph.h"

namespace wick::jit {

/// Removes prim::ReturnStmt and prim::LoopContinuation: what follows a possible exit is guarded by a flag, the values of
/// the exit flow out through branch and loop outputs, and a block that always exits ends there. Afterwards every function
/// and loop body has one way out. Runs on graphs without loads and stores.
void transform_exits(Graph& graph);

}  // namespace wick::jit
