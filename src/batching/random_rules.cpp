// Random operators: the numbers are others for each tensor, or the same for all.

#include <wick/support/check.h>

#include "batching/rules.h"

namespace wick::batching {

namespace {

bool has_name(const Operator& op, std::string_view names) {
    return (" " + std::string(names) + " ").find(" " + op.name.substr(op.name.find("::") + 2) + " ") !=
           std::string::npos;
}

/// Each element for itself, so that a batch is a larger tensor.
constexpr std::string_view kOfElements =
    "rand_like randn_like randint_like bernoulli bernoulli_ normal normal_ normal_functional uniform uniform_ poisson "
    "exponential exponential_ cauchy cauchy_ log_normal log_normal_ geometric geometric_ random random_ "
    "dropout dropout_ alpha_dropout alpha_dropout_ native_dropout _standard_gamma binomial";
constexpr std::string_view kOfSizes = "rand randn randint normal";
constexpr std::string_view kOthers =
    "randperm multinomial feature_dropout feature_dropout_ feature_alpha_dropout feature_alpha_dropout_ rrelu rrelu_ "
    "rrelu_with_noise rrelu_with_noise_ _sample_dirichlet";

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

}  // namespace wick::batching
