#pragma once

#include "ir/graph.h"

namespace wick::jit {

/// What types and equal operands decide, so that constant propagation finds more:
///  - a value of type None is the constant; tests for None of what is None, or cannot be, are constants;
///  - casts and unwraps to a type that the value has already go;
///  - `a if c else False` and its like, where a is True, are c; outputs of branches that are no Optional lose theirs;
///  - of a list display that nobody changes: its length, and its elements by constant index;
///  - the length of an empty dict display that nobody changes; a number that was made a tensor and is one again;
///  - of ints: x + 0, x * 1, x // 1, and the constants of x + a + b; int(x) of an int; x == x.
/// As in PyTorch's peephole passes, but for floats, of which nan == nan does not hold. Dead code goes.
bool simplify_forms(Graph& graph);

}  // namespace wick::jit
