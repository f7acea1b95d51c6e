#include "ops/script_call.h"

#include <mutex>
#include <unordered_map>

namespace wick::jit {

Function& composite_function(const Operator& op) {
    // Recursive, because compiling one composite may ask for another that it calls.
    static std::recursive_mutex mutex;
    static auto* functions = new std::unordered_map<const Operator*, IntrusivePtr<Function>>();
    std::lock_guard lock(mutex);
    IntrusivePtr<Function>& function = (*functions)[&op];
    if (!function) {
        IntrusivePtr<Function> compiled = compile_composite(op);
        compiled->ensure_defined();
        function = std::move(compiled);
    }
    return *function;
}

}  // namespace wick::jit
