#pragma once

#include "ir/graph.h"

namespace wick::jit {

/// Whether there is anything for inline_calls to do.
bool has_small_calls(const Graph& graph);

/// Whether the graph has calls and is still small with all of them inlined: one plan then costs less than many, and
/// layers meet what follows them.
bool is_small_whole(const Graph& graph);

enum class Inlining : uint8_t {
    small,  ///< bodies of a few nodes that compute no tensors: what costs less than the frame
    all,    ///< every function and method that is known
};

/// Calls of functions and methods become copies of their bodies, and calls in these too; a function that calls itself
/// is copied once. Nodes tell in inlined_from which calls they stood in. For the graph that a plan is made of: printed
/// and saved graphs keep their calls.
bool inline_calls(Graph& graph, Inlining which = Inlining::small);

/// A copy of the graph without calls, as PyTorch's `.inlined_graph` shows it: what is copied are bodies without calls
/// in which types and constants have decided what they can (simplify_forms, propagate_constants); the graph itself is
/// as it was.
std::shared_ptr<Graph> inlined(const Graph& graph);

}  // namespace wick::jit
