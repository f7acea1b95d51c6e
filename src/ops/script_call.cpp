#include "ops/script_call.h"

#include <algorithm>
#include <mutex>
#include <unordered_map>

#include <wick/support/check.h>

#include "ops/op_errors.h"

namespace wick::jit {

namespace {

struct Compiled {
    IntrusivePtr<Function> function;
    const Operator* op = nullptr;
};

struct CompiledTexts {
    // Recursive, because compiling one composite may ask for another that it calls.
    std::recursive_mutex mutex;
    std::unordered_map<const char*, Compiled> by_text;  ///< by its address, which lives as long as the registry
};

CompiledTexts& compiled_texts() {
    static auto* texts = new CompiledTexts();
    return *texts;
}

Function& function_of(const Operator& op, std::string_view text) {
    CompiledTexts& texts = compiled_texts();
    const std::lock_guard lock(texts.mutex);
    Compiled& compiled = texts.by_text[text.data()];
    if (!compiled.function) {
        IntrusivePtr<Function> function = compile_text_of(op, text);
        function->ensure_defined();
        compiled = {std::move(function), &op};
    }
    return *compiled.function;
}

}  // namespace

const Operator* operator_of(const Function& composite) {
    CompiledTexts& texts = compiled_texts();
    const std::lock_guard lock(texts.mutex);
    for (const auto& [text, compiled] : texts.by_text)
        if (compiled.function.get() == &composite && compiled.op->composite.data() == text) return compiled.op;
    return nullptr;
}

Function& composite_function(const Operator& op) { return function_of(op, op.composite); }
Function& decomposition_function(const Operator& op) { return function_of(op, op.decomposition); }

void call_as_kernel(Function& function, Args args, IValue* results) {
    std::vector<IValue> values;
    for (size_t i = 0; i < args.size(); ++i) values.push_back(args[i]);
    IValue result;
    try {
        result = call_script(function, std::move(values));
    } catch (const ScriptError& error) {
        // Nobody has called the lines that the operator is made of.
        if (error.class_name() == "RuntimeError") throw_operators_error(error);
        throw ScriptError(error.class_name(), error.message(), error.message());
    }
    if (!result.is_tuple()) {
        results[0] = std::move(result);
        return;
    }
    const std::vector<IValue>& elements = result.to_tuple().elements;
    std::copy(elements.begin(), elements.end(), results);
}

}  // namespace wick::jit
