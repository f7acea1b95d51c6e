#include "ops/script_call.h"

#include <algorithm>
#include <mutex>
#include <unordered_map>

namespace wick::jit {

/// By the address of the text, which lives as long as the registry.
static Function& function_of(const Operator& op, std::string_view text) {
    // Recursive, because compiling one composite may ask for another that it calls.
    static std::recursive_mutex mutex;
    static auto* functions = new std::unordered_map<const char*, IntrusivePtr<Function>>();
    std::lock_guard lock(mutex);
    IntrusivePtr<Function>& function = (*functions)[text.data()];
    if (!function) {
        IntrusivePtr<Function> compiled = compile_text_of(op, text);
        compiled->ensure_defined();
        function = std::move(compiled);
    }
    return *function;
}

Function& composite_function(const Operator& op) { return function_of(op, op.composite); }
Function& decomposition_function(const Operator& op) { return function_of(op, op.decomposition); }

void call_as_kernel(Function& function, Args args, IValue* results) {
    std::vector<IValue> values;
    for (size_t i = 0; i < args.size(); ++i) values.push_back(args[i]);
    IValue result = call_script(function, std::move(values));
    if (!result.is_tuple()) {
        results[0] = std::move(result);
        return;
    }
    const std::vector<IValue>& elements = result.to_tuple().elements;
    std::copy(elements.begin(), elements.end(), results);
}

}  // namespace wick::jit
