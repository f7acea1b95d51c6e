#pragma once

#include "ir/graph.h"

namespace wick::jit {

/// Runs of nodes that a backward pass can take as one become prim::DifferentiableGraph nodes, which give their
/// subgraph's outputs: operators on tensors that write to nothing, give no lists of tensors and have derivatives
/// (or none to speak of), the constants and lists that they are called with, and integer arithmetic on shapes. Reads of
/// attributes move in front of the run. A run has at least two operators that differentiate. For the graph that a
/// recording plan is made of, after calls were inlined; a graph that writes to tensors is left alone.
bool group_differentiable(Graph& graph);

}  // namespace wick::jit
