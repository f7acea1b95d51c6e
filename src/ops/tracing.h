#pragma once
// The door from the operators up to who records their calls: a trace (trace/tracer.h).

#include "ops/registry.h"
#include "tensor/call_mode.h"

namespace wick::jit {

struct Value;

class CallRecorder {
 public:
    virtual ~CallRecorder() = default;
    /// Makes the call, unrecorded inside, and records it.
    virtual void call(const Operator& op, Args args, IValue* results) = 0;
};

/// Whether calls on this thread are recorded.
inline bool is_tracing() { return (CallMode::current() & CallMode::kTracing) != 0; }
/// Who records them.
CallRecorder* call_recorder();

/// Calls on this thread go to the recorder for the lifetime of the guard; with null, to none.
class RecordCalls {
 public:
    explicit RecordCalls(CallRecorder* recorder);
    ~RecordCalls();
    RecordCalls(const RecordCalls&) = delete;
    RecordCalls& operator=(const RecordCalls&) = delete;

 private:
    CallRecorder* const saved_;
};

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
