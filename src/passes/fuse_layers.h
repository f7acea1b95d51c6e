#pragma once

#include "ir/graph.h"

namespace wick::jit {

/// Whether fuse_layers would change the graph.
bool can_fuse_layers(const Graph& graph);

/// A linear layer or a convolution takes in the activation that follows it, a convolution the batch normalisation
/// between too, where nobody else looks at the elements below: one operator computes them while the results are in
/// registers (ops/fused_layers.h). Whether a normalisation evaluates is known when it runs; `wick::finish_layer` stays
/// in its place and does what is left. For what is run only: the operators are no part of the language, so no text
/// shows them.
void fuse_layers(Graph& graph);

}  // namespace wick::jit
