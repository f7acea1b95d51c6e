#pragma once
// Doors from the operators up to the front end and the interpreter. They are declared here and defined in those rooms,
// which stand in the same library: the linker connects them, so they are open from the first call on.

#include <vector>

#include <wick/types/function.h>

#include "ops/registry.h"

namespace wick::jit {

/// Runs the function inside the current call, under its limits: `sorted` on objects calls their __lt__. Outside of any
/// call it runs without limits. In gradient mode its operators are recorded one by one. (runtime/interpreter.cpp)
IValue call_script(Function& function, std::vector<IValue> args);

/// Compiles a text that an operator is registered with. (frontend/emitter.cpp)
IntrusivePtr<Function> compile_text_of(const Operator& op, std::string_view text);

/// The function of a composite operator, compiled on first demand and kept for the process's life. Thread-safe.
Function& composite_function(const Operator& op);
/// The composite operator whose function it is, else null.
const Operator* operator_of(const Function& composite);
/// That of an operator's decomposition.
Function& decomposition_function(const Operator& op);

/// Calls a function that takes an operator's arguments as if it were its kernel.
void call_as_kernel(Function& function, Args args, IValue* results);

}  // namespace wick::jit
