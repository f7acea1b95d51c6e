#pragma once
// Compiled functions and how the evaluator calls them.

#include <string>

#include "program/thing.h"

namespace wick::jit {

/// Makes the body of `function` be compiled now unless that is under way; a CompileError of it tells who asked for it.
void define_now(Session& session, Function& function, const SourceRange& caller);
/// Calls a compiled function with Python's arguments.
IValue call_compiled(Session& session, Function& function, Arguments arguments);

/// A method of a compiled object.
class CompiledMethod : public Thing {
 public:
    CompiledMethod(IValue self, Function& function) : self_(std::move(self)), function_(&function) {}
    std::string kind() const override { return "method"; }
    IValue call(Session& session, Arguments arguments) override;

 private:
    const IValue self_;
    const IntrusivePtr<Function> function_;
};

}  // namespace wick::jit
