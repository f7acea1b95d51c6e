// Operators without a rule: one tensor after the other.

#include <algorithm>

#include <wick/support/check.h>
#include <wick/tensor/generator.h>

#include "batching/rules.h"
#include "ops/random_fill.h"
#include "ops/recorded.h"

namespace wick::batching {

namespace {

GeneratorImpl& generator_of(const BatchedCall& call) {
    const bool has_own = call.has("generator") && !call.argument("generator").is_none();
    return has_own ? jit::Unbox<GeneratorImpl>::from(call.argument("generator")) : default_generator();
}

}  // namespace

void batch_by_loop(BatchedCall& call) {
    const bool is_drawn = is_random(call.op, call.args);
    const bool repeats = is_drawn && randomness_of(call.level) == Randomness::same;
    const Tensor state = repeats ? generator_of(call).get_state() : Tensor();
    const std::vector<IValue> all = call.all_arguments();
    std::vector<std::vector<IValue>> found(call.result_count());
    const auto is_list_of_tensors = [&](size_t i) { return call.args[i].is_list() && call.is_batched(call.args[i]); };
    for (int64_t number = 0; number < call.size; ++number) {
        const auto one = [&](const IValue& value) {
            return IValue(ops::recorded::select(value.to_tensor(), 0, number));
        };
        std::vector<IValue> arguments;
        for (size_t i = 0; i < all.size(); ++i) {
            const IValue& value = all[i];
            if (BatchedCall::is_tensor(value)) {
                arguments.push_back(one(value));
            } else if (is_list_of_tensors(i)) {
                std::vector<IValue> items;
                for (const IValue& item : value.to_list().items)
                    items.push_back(BatchedCall::is_tensor(item) ? one(item) : item);
                arguments.emplace_back(make_list(value.to_list().element_type, std::move(items)));
            } else {
                arguments.push_back(value);
            }
        }
        if (repeats) generator_of(call).set_state(state);
        std::vector<IValue> results(call.result_count());
        BatchedCall::call(call.op, arguments, results.data());
        for (size_t i = 0; i < results.size(); ++i) found[i].push_back(std::move(results[i]));
    }
    WICK_CHECK(call.size > 0, "vmap: {} has no rule, and there is no tensor in the batch to call it for", call.op.name);
    for (size_t i = 0; i < found.size(); ++i) {
        const IValue& first = found[i][0];
        const auto stacked = [&](const auto& pick) {
            std::vector<Tensor> tensors;
            for (const IValue& value : found[i]) tensors.push_back(pick(value));
            return ops::recorded::stack(tensors, 0);
        };
        if (first.is_list()) {
            std::vector<IValue> items;
            for (size_t k = 0; k < first.to_list().items.size(); ++k)
                items.emplace_back(
                    stacked([k](const IValue& value) { return value.to_list().items.at(k).to_tensor(); }));
            call.give(i, IValue(make_list(jit::tensor_type(), std::move(items))));
        } else if (BatchedCall::is_tensor(first)) {
            call.give(i, stacked([](const IValue& value) { return value.to_tensor(); }));
        } else {
            call.give_as_is(i, first);
        }
    }
}

}  // namespace wick::batching
