#pragma once
// From variables to values.
//
// The emitter leaves prim::Store and prim::Load nodes by name, loops with a second block that computes the condition,
// and prim::BreakStmt, ContinueStmt and ReturnStmt where the program has them. Afterwards the graph is in the form that
// graph.h describes: no loads and stores, carried values on loops and branches, one exit per block.

#include "ir/graph.h"

namespace wick::jit {

void convert_to_ssa(Graph& graph);

/// Turns loops that have both a trip count and a condition of their own into while loops, which text can express.
void canonicalize_modified_loops(Graph& graph);

}  // namespace wick::jit
