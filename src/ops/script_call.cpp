#include "ops/script_call.h"

#include <atomic>

#include <wick/support/check.h>

namespace wick::jit {

static std::atomic<ScriptCall> g_script_call{nullptr};

void set_script_call(ScriptCall call) { g_script_call = call; }

IValue call_script(Function& function, std::vector<IValue> args) {
    const ScriptCall call = g_script_call;
    WICK_ASSERT(call);
    return call(function, std::move(args));
}

}  // namespace wick::jit
