#pragma once

#include "ir/graph.h"

namespace wick::jit {

/// Gives every aten::warn that has none a number of its own in this process (attribute warn_id): a call of the program
/// gives each warning once.
void number_warnings(Graph& graph);

}  // namespace wick::jit
