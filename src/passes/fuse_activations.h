#pragma once

#include "ir/graph.h"

namespace wick::jit {

/// Whether fuse_activations would change the graph.
bool can_fuse_activations(const Graph& graph);

/// relu of a linear layer or a convolution that nobody else looks at becomes one operator with it (wick::linear_relu,
/// wick::conv2d_relu, …), which applies it while the results are in registers. For what is run only: the operators are
/// no part of the language, so no text shows them.
void fuse_activations(Graph& graph);

}  // namespace wick::jit
