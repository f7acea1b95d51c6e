#pragma once
// Compiled programs in Python: ScriptModule, ScriptFunction, and what comes out of their calls.

#include <nanobind/nanobind.h>
#include <optional>

#include <wick/api/module.h>

#include "python/convert.h"

namespace wick::python {

struct ScriptModule {
    explicit ScriptModule(jit::Module module)
        : module(std::move(module)), forward(this->module.find_method("forward")) {}
    jit::Module module;
    std::optional<jit::Method> forward;
};

/// A compiled function, with the program that it is of.
struct ScriptFunction {
    IntrusivePtr<jit::Function> function;
    Unit unit;
};

/// How calls from Python run: what programs print goes to sys.stdout, what they warn of to sys.stderr.
const jit::RunOptions& run_options();

}  // namespace wick::python
