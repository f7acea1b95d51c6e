// Random operators: the numbers are others for each tensor, or the same for all.

#include <unordered_set>

#include <wick/support/check.h>
#include <wick/tensor/generator.h>

#include "batching/rules.h"
#include "ops/random_fill.h"
#include "ops/recorded.h"

namespace wick::batching {

namespace {

bool has_name(const Operator& op, std::string_view names) {
    return (" " + std::string(names) + " ").find(" " + op.name.substr(op.name.find("::") + 2) + " ") !=
           std::string::npos;
}

/// Each element for itself, so that a batch is a larger tensor.
constexpr std::string_view kOfElements =
    "rand_like randn_like randint_like bernoulli bernoulli_ normal normal_ normal_functional uniform uniform_ exponential "
    "exponential_ cauchy cauchy_ log_normal log_normal_ geometric geometric_ random random_ poisson dropout dropout_ "
    "alpha_dropout alpha_dropout_ _standard_gamma binomial native_dropout";
constexpr std::string_view kOfSizes = "rand randn randint normal";
constexpr std::string_view kOthers =
    "randperm multinomial feature_dropout feature_dropout_ feature_alpha_dropout feature_alpha_dropout_ _sample_dirichlet "
    "rrelu rrelu_ rrelu_with_noise rrelu_with_noise_";

GeneratorImpl& generator_of(const BatchedCall& call) {
    const bool has_own = call.has("generator") && !call.argument("generator").is_none();
    return has_own ? jit::Unbox<GeneratorImpl>::from(call.argument("generator")) : default_generator();
}

bool has_batched(const BatchedCall& call) {
    for (size_t i = 0; i < call.args.size(); ++i)
        if (call.is_batched(call.args[i])) return true;
    return false;
}

}  // namespace

bool is_random(const Operator& op, Args args) {
    if (!op.has_side_effects || !(has_name(op, kOfElements) || has_name(op, kOfSizes) || has_name(op, kOthers)))
        return false;
    // Layers outside of training draw nothing.
    for (const std::string_view name : {"train", "training"}) {
        const int64_t at = op.schema().find_argument(name);
        if (at >= 0 && args[static_cast<size_t>(at)].is_bool()) return args[static_cast<size_t>(at)].to_bool();
    }
    return true;
}

void batch_random(BatchedCall& call) {
    const Randomness randomness = randomness_of(call.level);
    WICK_CHECK(randomness != Randomness::error,
               "vmap: called random operation while in randomness error mode. Please either use the 'same' or "
               "'different' randomness flags on vmap or perform the randomness operation out of vmap");
    const bool of_some = has_batched(call);
    std::vector<IValue> arguments;
    for (size_t i = 0; i < call.args.size(); ++i) arguments.push_back(call.args[i]);
    if (randomness == Randomness::same) {
        if (of_some) return batch_by_loop(call);
        return BatchedCall::call(call.op, arguments, call.results());
    }
    const int64_t size = call.op.schema().find_argument("size");
    if (has_name(call.op, kOfSizes) && size >= 0) {
        std::vector<int64_t> sizes = arguments[static_cast<size_t>(size)].to_int_vector();
        sizes.insert(sizes.begin(), call.size);
        arguments[static_cast<size_t>(size)] = sizes;
        return call.give(std::move(arguments));
    }
    if (!has_name(call.op, kOfElements)) return batch_by_loop(call);
    const bool writes = call.op.name.ends_with('_');
    WICK_CHECK(!writes || call.is_batched(call.args[0]),
               "vmap: Cannot ask for different inplace randomness on an unbatched tensor. This will appear like same "
               "randomness. If this is necessary for your usage, please file an issue with functorch.");
    batch_pointwise(call);
}

void batch_by_loop(BatchedCall& call) {
    const bool is_drawn = is_random(call.op, call.args);
    const bool repeats = is_drawn && randomness_of(call.level) == Randomness::same;
    const Tensor state = repeats ? generator_of(call).get_state() : Tensor();
    const std::vector<IValue> all = call.all_arguments();
    std::vector<std::vector<IValue>> found(call.result_count());
    const auto is_list_of_tensors = [&](size_t i) { return call.args[i].is_list() && call.is_batched(call.args[i]); };
    for (int64_t number = 0; number < call.size; ++number) {
        const auto one = [&](const IValue& value) { return IValue(ops::recorded::select(value.to_tensor(), 0, number)); };
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
                items.emplace_back(stacked([k](const IValue& value) { return value.to_list().items.at(k).to_tensor(); }));
            call.give(i, IValue(make_list(jit::tensor_type(), std::move(items))));
        } else if (BatchedCall::is_tensor(first)) {
            call.give(i, stacked([](const IValue& value) { return value.to_tensor(); }));
        } else {
            call.give_as_is(i, first);
        }
    }
}

}  // namespace wick::batching
