#pragma once
// Removes early exits.
//
// prim::LoopContinuation(condition, carried…) leaves the innermost loop's body, prim::ReturnStmt(value) the function or
// closure. What follows a node that may have exited moves into the else-branch of a test on "has exited", until the
// exit's target is reached; blocks that always raise need no such test.

#include "ir/graph.h"

namespace wick::jit {

/// A `break` or `continue` with the values that the loop carries on.
inline const Symbol& loop_continuation() {
    static const Symbol symbol = Symbol::from("prim::LoopContinuation");
    return symbol;
}

void transform_exits(Graph& graph);

}  // namespace wick::jit
