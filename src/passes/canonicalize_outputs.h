#pragma once

#include "ir/graph.h"

namespace wick::jit {

/// Orders the outputs of branches, and the carried values of loops, by their first use after the node; unused ones come
/// last. The order then does not depend on how they came to be.
void canonicalize_outputs(Graph& graph);

}  // namespace wick::jit
