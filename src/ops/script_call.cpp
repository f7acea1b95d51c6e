#include "ops/script_call.h"

#include <atomic>
#include <mutex>
#include <unordered_map>

#include <wick/support/check.h>

namespace wick::jit {

static std::atomic<ScriptCall> g_script_call{nullptr};

void set_script_call(ScriptCall call) { g_script_call = call; }

IValue call_script(Function& function, std::vector<IValue> args) {
    const ScriptCall call = g_script_call;
    WICK_ASSERT(call);
    return call(function, std::move(args));
}

static std::atomic<CompositeCompiler> g_composite_compiler{nullptr};

void set_composite_compiler(CompositeCompiler compile) { g_composite_compiler = compile; }

Function& composite_function(const Operator& op) {
    // Recursive, because compiling one composite may ask for another that it calls.
    static std::recursive_mutex mutex;
    static auto* functions = new std::unordered_map<const Operator*, IntrusivePtr<Function>>();
    std::lock_guard lock(mutex);
    IntrusivePtr<Function>& function = (*functions)[&op];
    if (!function) {
        const CompositeCompiler compile = g_composite_compiler;
        WICK_ASSERT(compile);
        IntrusivePtr<Function> compiled = compile(op);
        compiled->ensure_defined();
        function = std::move(compiled);
    }
    return *function;
}

}  // namespace wick::jit
