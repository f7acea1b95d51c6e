#pragma once

#include "ir/graph.h"

namespace wick::jit {

/// Dropout that is switched off by a constant gives its input. Results that were tensors of their own become the input
/// itself, as in PyTorch's frozen graphs.
bool remove_dropout(Graph& graph);

}  // namespace wick::jit
