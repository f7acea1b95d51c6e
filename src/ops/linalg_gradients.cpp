// Gradients of inverses, systems, determinants and factorisations of real matrices. With A^T for the transpose, <X, Y>
// for the sum of products, and g for the gradient of a result:
//
//   inverse       dX = -X dA X, so A's gradient is -X^T g X^T; a system's likewise
//   determinant   d det = det <A^-T, dA>
//   Cholesky      M. Seeger et al., "Auto-Differentiating Linear Algebra"
//   QR, SVD, eigh as there; what of U and V leaves their span has terms of its own
//   LU            L^-1 dA U^-1 splits into a strictly lower and an upper triangle: dL = L tril(…), dU = triu(…) U

#include "ops/registry.h"

namespace wick::jit {
namespace {

void register_system_gradients(Registry& ops) {
    ops.add("wick::inverse_backward(Tensor grad, Tensor inverse) -> Tensor").composite(R"(
def inverse_backward(grad: Tensor, inverse: Tensor) -> Tensor:
    turned = inverse.transpose(-2, -1)
    return -turned.matmul(grad).matmul(turned)
)");
    ops.add("wick::solve_backward(Tensor grad, Tensor A, Tensor B, bool left, Tensor X) -> (Tensor, Tensor)")
        .composite(R"(
def solve_backward(grad: Tensor, A: Tensor, B: Tensor, left: bool, X: Tensor) -> Tuple[Tensor, Tensor]:
    vectors = B.dim() == 1 or (B.dim() == A.dim() - 1 and B.size() == A.size()[:-1])
    if vectors:
        grad = grad.unsqueeze(-1)
        X = X.unsqueeze(-1)
    grad_B = torch.linalg_solve(A.transpose(-2, -1), grad, left=left)
    product = grad_B.matmul(X.transpose(-2, -1)) if left else X.transpose(-2, -1).matmul(grad_B)
    return -product, grad_B.squeeze(-1) if vectors else grad_B
)");
    ops.add(
           "wick::solve_triangular_backward(Tensor grad, Tensor A, bool upper, bool left, bool unitriangular, Tensor "
           "X) -> (Tensor, Tensor)")
        .composite(R"(
def solve_triangular_backward(grad: Tensor, A: Tensor, upper: bool, left: bool, unitriangular: bool, X: Tensor) -> Tuple[Tensor, Tensor]:
    grad_B = torch.linalg_solve_triangular(A.transpose(-2, -1), grad, upper=not upper, left=left, unitriangular=unitriangular)
    product = grad_B.matmul(X.transpose(-2, -1)) if left else X.transpose(-2, -1).matmul(grad_B)
    first = 1 if unitriangular else 0
    return -(product.triu(first) if upper else product.tril(-first)), grad_B
)");
    ops.add("wick::pinv_backward(Tensor grad, Tensor self, Tensor inverse) -> Tensor").composite(R"(
def pinv_backward(grad: Tensor, self: Tensor, inverse: Tensor) -> Tensor:
    turned = inverse.transpose(-2, -1)
    back = grad.transpose(-2, -1)
    outside = (back - self.matmul(inverse.matmul(back))).matmul(inverse).matmul(turned)
    beyond = turned.matmul(inverse).matmul(back - back.matmul(inverse).matmul(self))
    return outside + beyond - turned.matmul(grad).matmul(turned)
)");
}

void register_determinant_gradients(Registry& ops) {
    // Of a singular matrix the cofactors, which are those of its singular values between the bases.
    ops.add("wick::det_backward(Tensor grad, Tensor A, Tensor det) -> Tensor").composite(R"(
def det_backward(grad: Tensor, A: Tensor, det: Tensor) -> Tensor:
    if not bool((det == 0).any()):
        return (grad * det).unsqueeze(-1).unsqueeze(-1) * torch.linalg_inv(A).transpose(-2, -1)
    U, S, Vh = torch.linalg_svd(A, False)
    one = torch.ones_like(S.narrow(-1, 0, 1))
    before = torch.cat([one, S.narrow(-1, 0, S.size(-1) - 1)], -1).cumprod(-1)
    after = torch.cat([one, S.flip([-1]).narrow(-1, 0, S.size(-1) - 1)], -1).cumprod(-1).flip([-1])
    sign = torch.linalg_det(U) * torch.linalg_det(Vh)
    return (grad * sign).unsqueeze(-1).unsqueeze(-1) * (U * (before * after).unsqueeze(-2)).matmul(Vh)
)");
    ops.add("wick::logdet_backward(Tensor grad, Tensor A) -> Tensor").composite(R"(
def logdet_backward(grad: Tensor, A: Tensor) -> Tensor:
    return grad.unsqueeze(-1).unsqueeze(-1) * torch.linalg_inv_ex(A)[0].transpose(-2, -1)
)");
}

void register_cholesky_gradients(Registry& ops) {
    ops.add("aten::cholesky_backward(Tensor grad, bool upper, Tensor L) -> Tensor").composite(R"(
def cholesky_backward(grad: Tensor, upper: bool, L: Tensor) -> Tensor:
    lower = L.transpose(-2, -1) if upper else L
    product = lower.transpose(-2, -1).matmul(grad.transpose(-2, -1) if upper else grad)
    half = (product.tril() + product.tril(-1).transpose(-2, -1)) / 2
    left = torch.linalg_solve_triangular(lower.transpose(-2, -1), half, upper=True)
    return torch.linalg_solve_triangular(lower, left, upper=False, left=False)
)");
    ops.add("wick::cholesky_solve_backward(Tensor grad, Tensor factor, bool upper, Tensor X) -> (Tensor, Tensor)")
        .composite(R"(
def cholesky_solve_backward(grad: Tensor, factor: Tensor, upper: bool, X: Tensor) -> Tuple[Tensor, Tensor]:
    grad_B = torch.cholesky_solve(grad, factor, upper)
    product = grad_B.matmul(X.transpose(-2, -1))
    both = product + product.transpose(-2, -1)
    return grad_B, -(factor.matmul(both) if upper else both.matmul(factor))
)");
    ops.add("wick::cholesky_inverse_backward(Tensor grad, Tensor factor, bool upper, Tensor inverse) -> Tensor")
        .composite(R"(
def cholesky_inverse_backward(grad: Tensor, factor: Tensor, upper: bool, inverse: Tensor) -> Tensor:
    both = inverse.matmul(grad + grad.transpose(-2, -1)).matmul(inverse)
    return -(factor.matmul(both) if upper else both.matmul(factor))
)");
}

void register_orthogonal_gradients(Registry& ops) {
    ops.add("wick::qr_backward(Tensor grad_Q, Tensor grad_R, Tensor Q, Tensor R, str mode) -> Tensor").composite(R"(
def qr_backward(grad_Q: Tensor, grad_R: Tensor, Q: Tensor, R: Tensor, mode: str) -> Tensor:
    if mode == "r":
        raise RuntimeError("The derivative of linalg.qr depends on Q, which is not computed when mode='r'. Please use linalg.qr(A, mode='reduced') if you are going to require gradients through linalg.qr")
    if mode == "complete" and Q.size(-1) > R.size(-1):
        raise RuntimeError("The QR decomposition is not differentiable when mode='complete' and nrows > ncols")
    k = R.size(-2)
    wide = R.size(-1) - k
    square = R.narrow(-1, 0, k)
    grad_square = grad_R.narrow(-1, 0, k)
    if wide > 0:
        # The columns beyond are Q V: they have a gradient of their own, and Q has another.
        grad_Q = grad_Q + Q.matmul(R.narrow(-1, k, wide)).matmul(grad_R.narrow(-1, k, wide).transpose(-2, -1))
    product = grad_square.matmul(square.transpose(-2, -1)) - Q.transpose(-2, -1).matmul(grad_Q)
    mirrored = product.triu() + product.triu(1).transpose(-2, -1)
    turned = square.transpose(-2, -1)
    found = torch.linalg_solve_triangular(turned, grad_Q + Q.matmul(mirrored), upper=False, left=False)
    if wide > 0:
        found = torch.cat([found, Q.matmul(grad_R.narrow(-1, k, wide))], -1)
    return found
)");
    ops.add("wick::svd_backward(Tensor grad_U, Tensor grad_S, Tensor grad_Vh, Tensor U, Tensor S, Tensor Vh) -> Tensor")
        .composite(R"(
def svd_backward(grad_U: Tensor, grad_S: Tensor, grad_Vh: Tensor, U: Tensor, S: Tensor, Vh: Tensor) -> Tensor:
    k = S.size(-1)
    U = U.narrow(-1, 0, k)
    Vh = Vh.narrow(-2, 0, k)
    grad_U = grad_U.narrow(-1, 0, k)
    grad_Vh = grad_Vh.narrow(-2, 0, k)
    inner = torch.diag_embed(grad_S)
    if bool((grad_U != 0).any()) or bool((grad_Vh != 0).any()) or grad_U.requires_grad or grad_Vh.requires_grad:
        left = U.transpose(-2, -1).matmul(grad_U)
        right = Vh.matmul(grad_Vh.transpose(-2, -1))
        row = S.unsqueeze(-2)
        column = S.unsqueeze(-1)
        gaps = (row - column) * (row + column) + torch.eye(k, dtype=S.dtype)
        turns = (left - left.transpose(-2, -1)) * row + column * (right - right.transpose(-2, -1))
        inner = inner + turns / gaps
    found = U.matmul(inner)
    if U.size(-2) > k:
        scaled = grad_U / S.unsqueeze(-2)
        found = found + scaled - U.matmul(U.transpose(-2, -1).matmul(scaled))
    found = found.matmul(Vh)
    if Vh.size(-1) > k:
        scaled = grad_Vh / S.unsqueeze(-1)
        found = found + U.matmul(scaled - scaled.matmul(Vh.transpose(-2, -1)).matmul(Vh))
    return found
)");
    ops.add("wick::eigh_backward(Tensor grad_values, Tensor grad_vectors, Tensor values, Tensor vectors) -> Tensor")
        .composite(R"(
def eigh_backward(grad_values: Tensor, grad_vectors: Tensor, values: Tensor, vectors: Tensor) -> Tensor:
    turned = vectors.transpose(-2, -1)
    inner = torch.diag_embed(grad_values)
    if bool((grad_vectors != 0).any()) or grad_vectors.requires_grad:
        one = torch.eye(values.size(-1), dtype=values.dtype)
        gaps = values.unsqueeze(-2) - values.unsqueeze(-1) + one
        turns = turned.matmul(grad_vectors)
        inner = inner + (turns - turns.transpose(-2, -1)) / (2 * gaps)
    return vectors.matmul(inner).matmul(turned)
)");
    // The product of the reflections, one by one: what a Householder product is differentiated as.
    ops.add("wick::reflect_columns(Tensor input, Tensor tau) -> Tensor").composite(R"(
def reflect_columns(input: Tensor, tau: Tensor) -> Tensor:
    m = input.size(-2)
    result = torch.eye(m, input.size(-1), dtype=input.dtype).expand(input.size())
    for i in range(tau.size(-1)):
        j = tau.size(-1) - 1 - i
        column = input.narrow(-1, j, 1)
        head = torch.zeros_like(column.narrow(-2, 0, j))
        vector = torch.cat([head, torch.ones_like(column.narrow(-2, 0, 1)), column.narrow(-2, j + 1, m - j - 1)], -2)
        factor = tau.select(-1, j).unsqueeze(-1).unsqueeze(-1)
        result = result - factor * vector.matmul(vector.transpose(-2, -1).matmul(result))
    return result
)");
}

void register_lu_gradients(Registry& ops) {
    ops.add("wick::lu_backward(Tensor grad_L, Tensor grad_U, Tensor P, Tensor L, Tensor U) -> Tensor").composite(R"(
def lu_backward(grad_L: Tensor, grad_U: Tensor, P: Tensor, L: Tensor, U: Tensor) -> Tensor:
    k = L.size(-1)
    high = L.size(-2) - k
    wide = U.size(-1) - k
    L1 = L.narrow(-2, 0, k)
    U1t = U.narrow(-1, 0, k).transpose(-2, -1)
    lower = L1.transpose(-2, -1).matmul(grad_L.narrow(-2, 0, k))
    upper = grad_U.narrow(-1, 0, k).matmul(U1t)
    grad_L2 = grad_L.narrow(-2, k, high)
    grad_U2 = grad_U.narrow(-1, k, wide)
    if wide > 0:
        lower = lower - grad_U2.matmul(U.narrow(-1, k, wide).transpose(-2, -1))
    if high > 0:
        upper = upper - L.narrow(-2, k, high).transpose(-2, -1).matmul(grad_L2)
    found = torch.linalg_solve_triangular(U1t, lower.tril(-1) + upper.triu(), upper=False, left=False)
    if wide > 0:
        found = torch.cat([found, grad_U2], -1)
    found = torch.linalg_solve_triangular(L1.transpose(-2, -1), found, upper=True, unitriangular=True)
    if high > 0:
        found = torch.cat([found, torch.linalg_solve_triangular(U1t, grad_L2, upper=False, left=False)], -2)
    return P.matmul(found)
)");
    ops.add("wick::lu_factor_backward(Tensor grad, Tensor LU, Tensor pivots) -> Tensor").composite(R"(
def lu_factor_backward(grad: Tensor, LU: Tensor, pivots: Tensor) -> Tensor:
    P, L, U = torch.lu_unpack(LU, pivots)
    return ops.wick.lu_backward(grad.narrow(-1, 0, L.size(-1)).tril(-1), grad.narrow(-2, 0, U.size(-2)).triu(), P, L, U)
)");
    ops.add("wick::lu_unpack_backward(Tensor grad_L, Tensor grad_U, int[] size, bool unpack_data) -> Tensor")
        .composite(R"(
def lu_unpack_backward(grad_L: Tensor, grad_U: Tensor, size: List[int], unpack_data: bool) -> Tensor:
    if not unpack_data:
        return grad_L.new_zeros(size)
    lower = grad_L.tril(-1)
    upper = grad_U.triu()
    high = size[-2] - upper.size(-2)
    wide = size[-1] - lower.size(-1)
    if wide > 0:
        lower = torch.cat([lower, torch.zeros_like(upper.narrow(-1, 0, wide))], -1)
    if high > 0:
        upper = torch.cat([upper, torch.zeros_like(lower.narrow(-2, 0, high))], -2)
    return lower + upper
)");
}

}  // namespace

void register_linalg_gradients(Registry& ops) {
    register_system_gradients(ops);
    register_determinant_gradients(ops);
    register_cholesky_gradients(ops);
    register_orthogonal_gradients(ops);
    register_lu_gradients(ops);
}

}  // namespace wick::jit
