#pragma once

#include "ir/graph.h"

namespace wick::jit {

/// Reads of an object's attribute take the value that was written there, or read, before in the same graph, where
/// nothing in between may have written another; objects that nobody reads any more are not made. What else may write
/// attributes: calls, and operators that are given objects.
bool forward_attributes(Graph& graph);

}  // namespace wick::jit
