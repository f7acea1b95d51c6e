// Operators that are batched by their parts: texts of calls that have rules, and kernels that call nothing but
// operators.

#include "batching/rules.h"

namespace wick::batching {

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
    {"aten::masked_fill",
     "def masked_fill(self, mask, value):\n    return torch.where(mask, value.to(self.dtype), self)\n"},
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
     "aten::linalg_multi_dot aten::chain_matmul aten::einsum aten::trace aten::linalg_cross aten::cross "
     "aten::linalg_matrix_power aten::matrix_power "
     "aten::linalg_norm aten::frobenius_norm aten::nuclear_norm aten::diff aten::take_along_dim aten::tile "
     "aten::float_power aten::trapezoid.x aten::trapz.x aten::trapz.dx aten::cumulative_trapezoid.x "
     "aten::cumulative_trapezoid.dx aten::broadcast_tensors aten::svd aten::linalg_svdvals aten::linalg_eigvalsh "
     "aten::dropout aten::alpha_dropout aten::feature_dropout aten::feature_alpha_dropout aten::dropout_ "
     "aten::alpha_dropout_ aten::flipud aten::fliplr aten::rot90 aten::hsplit aten::vsplit aten::dsplit "
     "aten::pad aten::repeat_interleave.self_int aten::vander aten::linalg_vander aten::atleast_1d aten::atleast_2d "
     "aten::atleast_3d",
     ""},
};

}  // namespace wick::batching
