"""Factors of matrices that are made step by step: LDLᴴ with pivots, and products with the Q of a QR decomposition."""
import math

import wick

from ._values import results_class

_Factor = results_class("linalg_ldl_factor", ("LD", "pivots"))
_FactorEx = results_class("linalg_ldl_factor_ex", ("LD", "pivots", "info"))


def ormqr(input, tau, other, left=True, transpose=False, *, out=None):
    """The product of `other` with the Q of which geqrf gave the reflectors (columns of `input`, and tau): Q other, other Q, or with Qᴴ."""
    if input.dim() < 2 or other.dim() < 2:
        raise RuntimeError(f"torch.ormqr: {'input' if input.dim() < 2 else 'other'} must have at least 2 dimensions.")
    size = other.shape[-2 if left else -1]
    if input.shape[-2] != size:
        raise RuntimeError(f"torch.ormqr: other.shape[{-2 if left else -1}] must be equal to input.shape[-2]")
    if tau.shape[-1] > input.shape[-1]:
        raise RuntimeError("torch.ormqr: tau.shape[-1] must be less than or equal to input.shape[-1]")
    work = other if left else other.mH
    adjoint = transpose if left else not transpose
    count = tau.shape[-1]
    vectors = wick.tril(input[..., :count], -1) + wick.eye(size, count, dtype=input.dtype)
    # Q = H₀ H₁ …, where Hᵢ = 1 - τᵢ vᵢ vᵢᴴ.
    for i in range(count) if adjoint else reversed(range(count)):
        v = vectors[..., i : i + 1]
        scale = tau[..., i, None, None]
        work = work - (scale.conj() if adjoint else scale) * (v @ (v.mH @ work))
    result = work if left else work.mH
    return result if out is None else out.resize_(result.shape).copy_(result)


def _size(x):
    """How large elements count in the choice of pivots."""
    return x.real.abs() + x.imag.abs() if x.is_complex() else x.abs()


def _divided(block, right):
    """What solves a system of one or two equations."""
    if len(block) == 1:
        return right / block
    (a, b), (c, d) = block
    return wick.stack([d * right[0] - b * right[1], a * right[1] - c * right[0]]) / (a * d - b * c)


def _factor(a, hermitian):
    """LAPACK's form of one matrix's factors, by the partial pivoting of Bunch and Kaufman (1977): from the lower triangle, the unit lower L below the
    blocks of D; pivots from 1 on, negative ones twice for a block of two."""
    n = len(a)
    low = a.tril(-1)
    m = a.tril() + (low.mH if hermitian else low.mT)
    pivots, info, k = wick.zeros(n, dtype=wick.int32), 0, 0
    alpha = (1 + math.sqrt(17)) / 8
    while k < n:
        step, pivot = 1, k
        here = _size(m[k, k]).item()
        column = _size(m[k + 1 :, k])
        highest = column.max().item() if k + 1 < n else 0.0
        if max(here, highest) == 0 or math.isnan(here):
            info = info or k + 1
        else:
            if here < alpha * highest:
                other = k + 1 + column.argmax().item()
                row = _size(m[other, k:])
                row[other - k] = 0
                across = row.max().item()
                if here < alpha * highest * (highest / across):
                    pivot = other
                    step = 1 if _size(m[other, other]).item() >= alpha * across else 2
            last = k + step - 1
            if pivot != last:
                order = list(range(n - k))
                order[last - k], order[pivot - k] = pivot - k, last - k
                m[k:, k:] = m[k:, k:][order][:, order]
            below = m[k + step :, k : k + step].clone()
            if step == 1:
                factors = below / m[k, k]
            else:
                factors = _divided(m[k : k + 2, k : k + 2].mT, below.mT).mT
            m[k + step :, k + step :] -= factors @ (below.mH if hermitian else below.mT)
            m[k + step :, k : k + step] = factors
        for place in range(k, k + step):
            pivots[place] = pivot + 1 if step == 1 else -(pivot + 1)
        k += step
    return m.tril(), pivots, wick.tensor(info, dtype=wick.int32)


def _check_square(name, a):
    if a.dim() < 2:
        raise RuntimeError(f"torch.linalg.{name}: The input tensor A must have at least 2 dimensions.")
    if a.shape[-1] != a.shape[-2]:
        raise RuntimeError(f"torch.linalg.{name}: A must be batches of square matrices, but they are {a.shape[-2]} by {a.shape[-1]} matrices")


def ldl_factor_ex(A, *, hermitian=False, check_errors=False, out=None):
    """(LD, pivots, info): the factors of a symmetric or Hermitian matrix, A = P L D Lᴴ Pᴴ, in LAPACK's form; info is the first block of D that is 0."""
    _check_square("ldl_factor_ex", A)
    batch, n = A.shape[:-2], A.shape[-1]
    with wick.no_grad():
        found = [_factor(a, hermitian) for a in A.reshape(-1, n, n)] if A.numel() else []
    if found:
        ld, pivots, info = (wick.stack(parts) for parts in zip(*found))
    else:
        ld, pivots, info = wick.empty_like(A), wick.empty(0, dtype=wick.int32), wick.zeros(math.prod(batch), dtype=wick.int32)
    if check_errors and info.any():
        raise wick.linalg.LinAlgError(f"torch.linalg.ldl_factor_ex: (Batch element {info.nonzero()[0].item()}): the factor D has a block of zeros, so it "
                                      "has no inverse")
    result = _FactorEx((ld.reshape(A.shape), pivots.reshape(A.shape[:-1]), info.reshape(batch)))
    if out is not None:
        for to, value in zip(out, result):
            to.resize_(value.shape).copy_(value)
    return result


def ldl_factor(A, *, hermitian=False, out=None):
    """(LD, pivots), as ldl_factor_ex."""
    _check_square("ldl_factor", A)
    return _Factor(ldl_factor_ex(A, hermitian=hermitian, check_errors=True, out=out)[:2])


def ldl_solve(LD, pivots, B, *, hermitian=False, out=None):
    """The X of A X = B, from the factors of A."""
    _check_square("ldl_solve", LD)
    if B.dim() < 2:
        raise RuntimeError("torch.linalg.ldl_solve: Expected B to have at least 2 dimensions")
    n = LD.shape[-1]
    if B.shape[-2] != n:
        raise RuntimeError(f"linalg.ldl_solve: Incompatible shapes of A and B for the equation AX = B ({n}x{n} and {B.shape[-2]}x{B.shape[-1]})")
    if tuple(pivots.shape) != tuple(LD.shape[:-1]):
        raise RuntimeError("torch.linalg.ldl_solve: Expected LD.shape[:-1] and pivots.shape to be the same")
    batch = wick.broadcast_shapes(LD.shape[:-2], B.shape[:-2])
    matrices = LD.expand(*batch, n, n).reshape(-1, n, n)
    places = pivots.expand(*batch, n).reshape(-1, n)
    rights = B.expand(*batch, *B.shape[-2:]).reshape(-1, *B.shape[-2:])
    solved = [_solve(*one, hermitian) for one in zip(matrices, places.tolist(), rights)]
    result = wick.stack(solved).reshape(*batch, *B.shape[-2:]) if solved else B.expand(*batch, *B.shape[-2:]).clone()
    return result if out is None else out.resize_(result.shape).copy_(result)


def _swapped(x, a, b):
    order = list(range(len(x)))
    order[a], order[b] = b, a
    return x[order] if a != b else x


def _solve(ld, pivots, x, hermitian):
    n, blocks, k = len(ld), [], 0
    while k < n:
        blocks.append((k, 1 if pivots[k] > 0 else 2))
        k += blocks[-1][1]
    if any(not 1 <= abs(pivot) <= n for pivot in pivots) or k != n:
        raise RuntimeError("torch.linalg.ldl_solve: pivots must be between 1 and the size of the matrix")

    def adjoint(matrix):
        return matrix.mH if hermitian else matrix.mT

    for k, step in blocks:
        last = k + step - 1
        x = _swapped(x, last, abs(pivots[k]) - 1)
        block = ld[k : k + step, k : k + step]
        if step == 2:
            block = block.tril() + adjoint(block.tril(-1))
        head, tail = x[k : k + step], x[k + step :] - ld[k + step :, k : k + step] @ x[k : k + step]
        x = wick.cat([x[:k], _divided(block, head), tail])
    for k, step in reversed(blocks):
        head = x[k : k + step] - adjoint(ld[k + step :, k : k + step]) @ x[k + step :]
        x = _swapped(wick.cat([x[:k], head, x[k + step :]]), k + step - 1, abs(pivots[k]) - 1)
    return x
