"""Factors of low rank, found with random numbers: Halko, Martinsson and Tropp, "Finding structure with randomness" (2009),
algorithms 4.4 and 5.1."""
import wick


def _range_of(A, q, niter, M):
    """Orthonormal columns, q of them, near the range of A (minus M)."""
    def times(x, transposed=False):
        a, m = (A.mT, None if M is None else M.mT) if transposed else (A, M)
        return a @ x if m is None else a @ x - m @ x

    found = wick.linalg.qr(times(wick.randn(A.shape[-1], q, dtype=A.dtype))).Q
    for _ in range(niter):
        found = wick.linalg.qr(times(found, transposed=True)).Q
        found = wick.linalg.qr(times(found)).Q
    return found


def svd_lowrank(A, q=6, niter=2, M=None):
    """(U, S, V) with U diag(S) V.T near A (minus M, which is broadcast): its q largest singular values."""
    m, n = A.shape[-2:]
    q = min(6 if q is None else q, m, n)
    if M is not None:
        M = M.broadcast_to(A.shape)
    if m < n:
        V, S, U = svd_lowrank(A.mT, q, niter, None if M is None else M.mT)
        return U, S, V
    Q = _range_of(A, q, niter, M)
    B = Q.mT @ A if M is None else Q.mT @ A - Q.mT @ M
    U, S, Vh = wick.linalg.svd(B, full_matrices=False)
    return Q @ U, S, Vh.mT


def pca_lowrank(A, q=None, center=True, niter=2):
    """svd_lowrank of A with the mean of each column taken away (`center`): its q principal components are the columns of V."""
    m, n = A.shape[-2:]
    q = min(6, m, n) if q is None else q
    if not 0 <= q <= min(m, n):
        raise ValueError(f"q(={q}) must be non-negative integer and not greater than min(m, n)={min(m, n)}")
    if niter < 0:
        raise ValueError(f"niter(={niter}) must be non-negative integer")
    return svd_lowrank(A - A.mean(-2, keepdim=True) if center else A, q, niter)
