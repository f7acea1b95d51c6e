#pragma once

#include "ir/graph.h"

namespace wick::jit {

/// Reads of a tuple that was constructed in sight (unpacking, constant index) take the elements themselves. Dead code
/// goes.
bool lower_simple_tuples(Graph& graph);

}  // namespace wick::jit
