#pragma once
// Doors from the operators up to the front end and the interpreter. They are declared here and defined in those rooms,
// which stand in the same library: the linker connects them, so they are open from the first call on.

#include <vector>

#include <wick/types/function.h>

#include "ops/registry.h"

namespace wick::jit {

/// Runs the function inside the current call, under its limits: `sorted` on objects calls their __lt__. Outside of any
/// call it runs without limits. (runtime/interpreter.cpp)
IValue call_script(Function& function, std::vector<IValue> args);

/// Compiles the TorchScript text of a composite operator. (frontend/emitter.cpp)
IntrusivePtr<Function> compile_composite(const Operator& op);

/// The function of a composite operator, compiled on first demand and kept for the process's life. Thread-safe.
Function& composite_function(const Operator& op);

}  // namespace wick::jit
