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

const std::vector<PartsRow> kParts = {
    {"aten::t", "def t(self):\n    return self if self.dim() < 2 else self.transpose(0, 1)\n"},
    {"aten::numpy_T", "def numpy_T(self):\n    return self.permute([self.dim() - 1 - d for d in range(self.dim())])\n"},
    {"aten::view_as", "def view_as(self, other):\n    return self.view(other.size())\n"},
    {"aten::reshape_as", "def reshape_as(self, other):\n    return self.reshape(other.size())\n"},
    {"aten::expand_as", "def expand_as(self, other):\n    return self.expand(other.size())\n"},
    {"aten::type_as", "def type_as(self, other):\n    return self.to(other.dtype)\n"},
    {"aten::ravel", "def ravel(self):\n    return self.reshape([-1])\n"},
    {"aten::squeeze", R"(
def squeeze(self):
    for d in range(self.dim() - 1, -1, -1):
        if self.size(d) == 1:
            self = self.squeeze(d)
    return self
)"},
    {"aten::addmm aten::addmv aten::baddbmm", R"(
def add_product(self, left, right, beta: number, alpha: number):
    return self * beta + torch.matmul(left, right) * alpha
)"},
    {"aten::addbmm", R"(
def addbmm(self, batch1, batch2, beta: number, alpha: number):
    return self * beta + torch.bmm(batch1, batch2).sum(0) * alpha
)"},
    {"aten::addr", R"(
def addr(self, vec1, vec2, beta: number, alpha: number):
    return self * beta + torch.outer(vec1, vec2) * alpha
)"},
    {"aten::outer aten::ger", "def outer(self, vec2):\n    return self.unsqueeze(-1) * vec2\n"},
    {"aten::masked_fill", "def masked_fill(self, mask, value):\n    return torch.where(mask, value.to(self.dtype), self)\n"},
    {"aten::take", "def take(self, index):\n    return self.reshape([-1])[index]\n"},
    {"aten::nll_loss_forward aten::nll_loss2d_forward", R"(
def nll_loss_forward(self, target, weight: Optional[Tensor], reduction: int, ignore_index: int) -> Tuple[Tensor, Tensor]:
    dim = 1 if self.dim() > 1 else 0
    kept = target != ignore_index
    index = torch.where(kept, target, 0)
    picked = -self.gather(dim, index.unsqueeze(dim)).squeeze(dim)
    if weight is None:
        scale = kept.to(self.dtype)
        losses = torch.where(kept, picked, 0.0)
    else:
        scale = torch.where(kept, weight[index], 0.0)
        losses = torch.where(kept, picked * scale, 0.0)
    if reduction == 0:
        return losses, torch.zeros_like(scale.sum())
    total = scale.sum()
    return losses.sum() / total if reduction == 1 else losses.sum(), total
)"},
    {"aten::nll_loss_backward aten::nll_loss2d_backward", R"(
def nll_loss_backward(grad_output, self, target, weight: Optional[Tensor], reduction: int, ignore_index: int, total_weight):
    dim = 1 if self.dim() > 1 else 0
    kept = target != ignore_index
    index = torch.where(kept, target, 0)
    scale = kept.to(self.dtype) if weight is None else torch.where(kept, weight[index], 0.0)
    slope = -scale * (grad_output / total_weight if reduction == 1 else grad_output)
    return torch.zeros_like(self).scatter(dim, index.unsqueeze(dim), slope.unsqueeze(dim))
)"},
    // Kernels that call nothing but operators.
    {"aten::hstack aten::vstack aten::row_stack aten::dstack aten::column_stack aten::meshgrid aten::cartesian_prod "
     "aten::diag aten::diagflat aten::kron aten::dist aten::vdot aten::cov aten::corrcoef aten::inner aten::tensordot "
     "aten::linalg_multi_dot aten::chain_matmul aten::einsum aten::trace aten::linalg_cross aten::cross aten::linalg_matrix_power aten::matrix_power "
     "aten::linalg_norm aten::frobenius_norm aten::nuclear_norm aten::diff aten::take_along_dim aten::tile "
     "aten::float_power aten::trapezoid.x aten::trapz.x aten::trapz.dx aten::cumulative_trapezoid.x "
     "aten::cumulative_trapezoid.dx aten::broadcast_tensors aten::svd aten::linalg_svdvals aten::linalg_eigvalsh "
     "aten::dropout aten::alpha_dropout aten::feature_dropout aten::feature_alpha_dropout aten::dropout_ "
     "aten::alpha_dropout_ aten::flipud aten::fliplr aten::rot90 aten::hsplit aten::vsplit aten::dsplit "
     "aten::repeat_interleave.self_int aten::vander aten::linalg_vander aten::atleast_1d aten::atleast_2d aten::atleast_3d",
     ""},
};

}  // namespace wick::batching
