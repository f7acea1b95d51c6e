#pragma once

#include "ir/graph.h"

namespace wick::jit {

/// What the emitter leaves for `[]` without an annotation: a list of tensors, unless it is given, before it has a name,
/// for a list of another type.
Symbol empty_list_literal();

/// Makes lists of what is left of them. As in PyTorch these have no names: the text calls them `_0`.
bool erase_list_literals(Graph& graph);

}  // namespace wick::jit
