#pragma once
// Runs functions.
//
// A call owns its frames; nothing is shared between calls but plans, constants and what the program itself shares, so
// any number of threads run one function at once without a lock. Script calls are frames on an explicit stack, not C++
// recursion.

#include <vector>

#include <wick/types/function.h>

#include "runtime/limits.h"

namespace wick::jit {

/// Calls the function with exactly the arguments of its graph (see bind_arguments).
///
/// Throws ScriptError when the program raises an exception or an operator in it fails: what() is PyTorch's text with
/// the call stack in source lines. LimitError, InternalError and CompileError pass through as they are.
IValue run(Function& function, std::vector<IValue> args, const RunOptions& options = {});
/// As a part of a longer run, whose limits and output it shares.
IValue run(Function& function, std::vector<IValue> args, const IntrusivePtr<CallContext>& context);

/// Completes positional arguments with keyword arguments and defaults, and makes them fit the schema as PyTorch makes
/// Python's values fit: an int where a float is asked for; lists, dicts and tuples whose elements have no static type
/// (List[Any]) are copied into the types of the schema. Anything else must have its parameter's type.
/// Throws OpError in PyTorch's words: "forward() is missing value for argument 'x'. Declaration: …".
std::vector<IValue> bind_arguments(const Schema& schema, std::vector<IValue> args,
                                   const std::vector<std::pair<std::string, IValue>>& keywords = {});

}  // namespace wick::jit
