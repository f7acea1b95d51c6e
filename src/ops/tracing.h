#pragma once
// The door from the operators up to a trace of their calls (trace/tracer.h).

#include "ops/call_handler.h"

namespace wick::jit {

struct Value;

/// Whether calls on this thread are recorded by a trace.
inline bool is_tracing() { return (CallMode::current() & CallMode::kTracing) != 0; }

/// Numbers of the trace among the arguments of the next recorded call, by position: an IValue does not tell where an
/// int comes from.
class TracedArguments {
 public:
    explicit TracedArguments(std::vector<Value*> values);
    ~TracedArguments();
    TracedArguments(const TracedArguments&) = delete;
    TracedArguments& operator=(const TracedArguments&) = delete;
    /// Those of the call that is about to be recorded; they are handed out once.
    static std::vector<Value*> take();
};

}  // namespace wick::jit
