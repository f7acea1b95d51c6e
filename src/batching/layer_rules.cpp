// Operators on samples: the batch and the samples of each are one dimension.

#include "batching/rules.h"
#include "ops/recorded.h"

namespace wick::batching {

using namespace ops;

namespace {

/// How many dimensions a batch of samples has: of an operator for images 4. 0: as many as each tensor has, which is
/// never a sample alone.
int64_t rank_of_samples(const Operator& op) {
    if (op.name.starts_with("aten::grid_sampler")) return 0;
    for (const auto& [number, rank] : {std::pair{"1d", 3}, std::pair{"2d", 4}, std::pair{"3d", 5}})
        if (op.name.find(number) != std::string::npos) return rank;
    return op.name == "aten::im2col" ? 4 : op.name == "aten::col2im" ? 3 : 0;
}

void batch_samples(BatchedCall& call) {
    const int64_t rank = rank_of_samples(call.op);
    const bool folds = rank == 0 || BatchedCall::rank(call.args[0]) == rank;
    std::vector<IValue> arguments = call.all_arguments();
    if (!folds) return call.give(std::move(arguments));
    int64_t samples = 0;
    for (IValue& value : arguments) {
        if (!BatchedCall::is_tensor(value)) continue;
        samples = value.tensor_ref().size(1);
        value = recorded::call("aten::flatten.using_ints", value.to_tensor(), int64_t{0}, int64_t{1});
    }
    std::vector<IValue> found(call.result_count());
    BatchedCall::call(call.op, arguments, found.data());
    for (size_t i = 0; i < found.size(); ++i)
        if (!BatchedCall::is_tensor(found[i]))
            call.give_as_is(i, found[i]);
        else
            call.give(i, recorded::call("aten::unflatten.int", found[i].to_tensor(), int64_t{0},
                                        std::vector<int64_t>{call.size, samples}));
}

}  // namespace

const std::vector<RuleRow> kLayerRules = {
    {&batch_samples,
     "aten::max_pool1d aten::max_pool2d aten::max_pool3d aten::max_pool1d_with_indices aten::max_pool2d_with_indices "
     "aten::max_pool3d_with_indices aten::avg_pool1d aten::avg_pool2d aten::avg_pool3d aten::adaptive_avg_pool1d "
     "aten::adaptive_avg_pool2d aten::adaptive_avg_pool3d aten::adaptive_max_pool1d aten::adaptive_max_pool2d "
     "aten::adaptive_max_pool3d aten::_adaptive_avg_pool2d aten::_adaptive_avg_pool3d aten::max_unpool2d "
     "aten::max_unpool3d aten::reflection_pad1d aten::reflection_pad2d aten::reflection_pad3d aten::replication_pad1d "
     "aten::replication_pad2d aten::replication_pad3d aten::upsample_nearest1d aten::upsample_nearest2d "
     "aten::upsample_nearest3d aten::upsample_linear1d aten::upsample_bilinear2d aten::upsample_bicubic2d "
     "aten::upsample_trilinear3d aten::im2col aten::col2im aten::grid_sampler aten::grid_sampler_2d "
     "aten::grid_sampler_3d aten::max_pool2d_with_indices_backward aten::avg_pool2d_backward "
     "aten::_adaptive_avg_pool2d_backward aten::_adaptive_avg_pool3d_backward "
     "aten::grid_sampler_2d_backward aten::grid_sampler_3d_backward"},
    // Formulas that look at elements.
    {&batch_by_loop, "wick::svd_backward wick::eigh_backward wick::evenly_distribute_backward"},
};

}  // namespace wick::batching
