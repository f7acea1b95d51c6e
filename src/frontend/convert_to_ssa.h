#pragma once

#include "ir/graph.h"

namespace wick::jit {

/// Turns the variables of an emitted function (prim::Store, prim::Load, the condition block of loops, prim::BreakStmt,
/// prim::ContinueStmt, prim::ReturnStmt) into values: outputs of branches, carried values of loops. Afterwards the graph
/// satisfies Graph::verify. The steps and their order are PyTorch's, so that names and orders of values are too.
void convert_to_ssa(Graph& graph);

}  // namespace wick::jit
