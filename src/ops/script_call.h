#pragma once
// How a kernel calls back into the running program: `sorted` on objects calls their __lt__.

#include <vector>

#include <wick/types/function.h>

namespace wick::jit {

using ScriptCall = IValue (*)(Function&, std::vector<IValue> args);

/// The interpreter puts itself here (before any program can run).
void set_script_call(ScriptCall call);
/// Runs the function inside the current call, under its limits. InternalError when no interpreter is there.
IValue call_script(Function& function, std::vector<IValue> args);

}  // namespace wick::jit
