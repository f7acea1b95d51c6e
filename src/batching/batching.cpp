#include "batching/batching.h"

#include <algorithm>
#include <mutex>
#include <unordered_map>

#include <wick/support/check.h>

#include "batching/rules.h"
#include "ops/script_call.h"
#include "support/thread_value.h"
#include "tensor/batched_tensor.h"

namespace wick::batching {

using jit::CallHandler;

namespace {

thread_local ThreadValue<std::vector<std::string>> t_looped;

int64_t level_of(const IValue& value) {
    if (value.is_tensor()) {
        const BatchedTensorImpl* impl = batched_impl(value.tensor_ref());
        return impl ? impl->level : 0;
    }
    int64_t level = 0;
    if (value.is_list())
        for (const IValue& item : snapshot(value.to_list())->items)
            if (item.is_tensor()) level = std::max(level, level_of(item));
    return level;
}

int64_t level_of(Args args) {
    int64_t level = 0;
    for (size_t i = 0; i < args.size(); ++i) level = std::max(level, level_of(args[i]));
    return level;
}

bool writes_self(const Operator& op) {
    const std::vector<jit::Argument>& formal = op.schema().arguments;
    return !formal.empty() && formal[0].alias && formal[0].alias->is_write;
}

bool gives_tensors(const Operator& op) {
    return std::ranges::any_of(op.schema().returns, [](const jit::Argument& result) {
        const jit::Type& type = *result.type;
        return type.is(jit::TypeKind::Tensor) || type.is(jit::TypeKind::List) || type.is(jit::TypeKind::Optional);
    });
}

/// The text in whose calls the operator is taken apart, compiled; null where it is called as a whole.
jit::Function* parts_of(const Operator& op) {
    static const auto* const texts = [] {
        auto* found = new std::unordered_map<std::string_view, std::string_view>;
        for (const PartsRow& row : kParts)
            for (std::string_view rest = row.names; !rest.empty();) {
                const size_t end = std::min(rest.find(' '), rest.size());
                found->emplace(rest.substr(0, end), row.text);
                rest.remove_prefix(std::min(end + 1, rest.size()));
            }
        return found;
    }();
    static std::mutex mutex;
    static auto* const compiled = new std::unordered_map<const Operator*, IntrusivePtr<jit::Function>>;
    const auto text = texts->find(op.name);
    if (text == texts->end() || text->second.empty()) return nullptr;
    const std::lock_guard lock(mutex);
    auto& function = (*compiled)[&op];
    if (!function) function = jit::compile_text_of(op, text->second);
    return function.get();
}

bool calls_only_operators(const Operator& op) {
    if (!op.composite.empty()) return true;
    const auto has = [](std::string_view names, const std::string& name) {
        return (" " + std::string(names) + " ").find(" " + name + " ") != std::string::npos;
    };
    return std::ranges::any_of(kParts, [&](const PartsRow& row) {
        return row.text.empty() && (has(row.names, op.name) || has(row.names, op.operator_name()));
    });
}

void call_batched(const Operator& op, Args args, IValue* results, int64_t level);

/// The operator that computes what an in-place one writes, or null.
const Operator* functional_of(const Operator& op) {
    if (op.derived_from || !op.name.ends_with('_')) return op.derived_from;
    const std::string name = op.name.substr(0, op.name.size() - 1);
    return jit::Registry::instance().find_overload(op.overload.empty() ? name : name + "." + op.overload);
}

/// What an in-place operator computes, written over what it is to be written to.
void overwrite(const Operator& functional, Args args, IValue* results, int64_t level) {
    const IValue self = args[0];
    functional.call(args, results);
    IValue value = std::move(results[0]), blocking(false);
    IValue target = self;
    IValue* slots[] = {&target, &value, &blocking};
    call_batched(operator_named("aten::copy_"), Args{slots, 3}, results, level);
}

void check_writable(const BatchedCall& call) {
    WICK_CHECK(
        call.is_batched(call.args[0]),
        "vmap: {}(self, *extra_args) is not possible because there exists a Tensor `other` in extra_args that has "
        "more elements than `self`. This happened due to `other` being vmapped over but `self` not being vmapped "
        "over in a vmap. Please try to use out-of-place operators instead of {}. If said operator is being called "
        "inside the PyTorch framework, please file a bug report instead.",
        call.op.name, call.op.name);
}

void call_batched(const Operator& op, Args args, IValue* results, int64_t level) {
    WICK_CHECK(
        !op.is_out_variant,
        "vmap: Calling out variants of operators (out=) is not supported for {}: please use the operator without "
        "out= instead.",
        op.name);
    BatchedCall call(op, args, results, level);
    const bool is_inplace = writes_self(op), is_drawn = is_random(op, args);
    if (is_inplace) check_writable(call);
    const Rule rule = is_drawn ? &batch_random : rule_of(op);
    if (!rule) {
        if (jit::Function* parts = parts_of(op)) return jit::call_as_kernel(*parts, args, results);
        if (calls_only_operators(op)) return op.kernel(op, args, results);
        if (const Operator* functional = is_inplace ? functional_of(op) : nullptr)
            return overwrite(*functional, args, results, level);
        if (!op.decomposition.empty()) return jit::call_as_kernel(jit::decomposition_function(op), args, results);
        if (op.takes_any_layout || !gives_tensors(op)) {
            WICK_CHECK(
                op.takes_any_layout || op.name.starts_with("prim::") || op.name == "aten::result_type",
                "vmap: It looks like you're attempting to use a Tensor in some data-dependent control flow. We "
                "don't support that yet, please shout over at https://github.com/pytorch/functorch/issues/257 .");
            return op.kernel(op, args, results);
        }
        if (std::ranges::find(*t_looped, op.operator_name()) == t_looped->end())
            t_looped->push_back(op.operator_name());
    }
    const IValue self = is_inplace ? args[0] : IValue();
    const SeenLevels outside(level - 1);
    (rule ? rule : &batch_by_loop)(call);
    if (is_inplace) results[0] = self;
}

class Batching : public CallHandler {
 public:
    void call(const Operator& op, Args args, IValue* results) override {
        // A random operator is the level's affair, whatever its arguments are.
        const int64_t level = is_random(op, args) ? depth() : level_of(args);
        if (level == 0) return jit::pass_on(CallMode::kBatched, op, args, results);
        call_batched(op, args, results, level);
    }
};

}  // namespace

CallHandler& call_handler() {
    static Batching handler;
    return handler;
}

std::vector<std::string> take_looped() { return std::exchange(*t_looped, {}); }

}  // namespace wick::batching
