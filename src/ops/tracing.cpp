#include "ops/tracing.h"

#include <utility>

namespace wick::jit {

static thread_local CallRecorder* t_recorder = nullptr;
static thread_local std::vector<Value*> t_arguments;

CallRecorder* call_recorder() { return t_recorder; }

static void set_recorder(CallRecorder* recorder) {
    t_recorder = recorder;
    CallMode::set(CallMode::kTracing, recorder != nullptr);
}

RecordCalls::RecordCalls(CallRecorder* recorder) : saved_(t_recorder) { set_recorder(recorder); }
RecordCalls::~RecordCalls() { set_recorder(saved_); }

TracedArguments::TracedArguments(std::vector<Value*> values) { t_arguments = std::move(values); }
TracedArguments::~TracedArguments() { t_arguments.clear(); }
std::vector<Value*> TracedArguments::take() { return std::exchange(t_arguments, {}); }

}  // namespace wick::jit
