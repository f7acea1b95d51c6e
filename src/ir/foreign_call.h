#pragma once
// prim::PythonOp: a call that compiled code leaves to the language around it. The function (ops/foreign_function.h) is
// the node's attribute `function`, a capsule; its name stands beside it. The inputs are the arguments.

#include "ir/symbol.h"

namespace wick::jit {

inline bool is_foreign_call(Symbol kind) {
    static const Symbol call = Symbol::from("prim::PythonOp");
    return kind == call;
}

inline Symbol foreign_function_attribute() {
    static const Symbol name = Symbol::from("function");
    return name;
}

}  // namespace wick::jit
