#pragma once

#include "ir/graph.h"

namespace wick::jit {

/// One node per constant, at the graph's start (the last one found comes first). Mutable constants are shared only when
/// they are the same object.
bool pool_constants(Graph& graph);

}  // namespace wick::jit
