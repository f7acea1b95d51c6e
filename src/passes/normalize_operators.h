#pragma once

#include "ir/graph.h"

namespace wick::jit {

/// Replaces operators that are another's alias for tensors (multiply, true_divide, clip, swapaxes, …) by the one that
/// the other passes know.
bool normalize_operators(Graph& graph);

}  // namespace wick::jit
