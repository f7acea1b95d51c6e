#pragma once
// Doors from the operators up to the interpreter and the front end, which put themselves here.

#include <vector>

#include <wick/types/function.h>

#include "ops/registry.h"

namespace wick::jit {

using ScriptCall = IValue (*)(Function&, std::vector<IValue> args);

/// The interpreter puts itself here (before any program can run).
void set_script_call(ScriptCall call);
/// Runs the function inside the current call, under its limits: `sorted` on objects calls their __lt__. InternalError
/// when no interpreter is there.
IValue call_script(Function& function, std::vector<IValue> args);

/// Compiles the TorchScript text of a composite operator. Called once per operator, under a lock.
using CompositeCompiler = IntrusivePtr<Function> (*)(const Operator& op);

void set_composite_compiler(CompositeCompiler compile);
/// The function of a composite operator, compiled on first demand and kept for the process's life. Thread-safe.
Function& composite_function(const Operator& op);

}  // namespace wick::jit
