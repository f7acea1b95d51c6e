"""lobpcg: a few of the largest or smallest eigenvalues of a symmetric matrix, without its factors."""
import wick


def _orthonormal(basis, b):
    """A basis of the same space that is orthonormal in b's product; directions that are none of their own are left out."""
    for _ in range(2):
        norms = (basis * (b @ basis)).sum(0).clamp(min=0).sqrt()
        basis = basis[:, norms > 0] / norms[norms > 0]
        values, vectors = wick.linalg.eigh(basis.mT @ (b @ basis))
        own = values > wick.finfo(basis.dtype).eps * 10 * len(values) * values.max()
        basis = basis @ (vectors[:, own] / values[own].sqrt())
    return basis


def lobpcg(A, k=None, B=None, X=None, n=None, iK=None, niter=None, tol=None, largest=None, method=None, tracker=None, ortho_iparams=None,
           ortho_fparams=None, ortho_bparams=None):
    """(E, X): the k largest (or smallest) eigenvalues of A x = e B x, and their vectors, by the locally optimal conjugate gradients of Knyazev (2001).
    A and B are symmetric, B positive definite; iK is about the inverse of A, X the first guess. Eigenvalues have gradients, vectors have none."""
    if A.dim() > 2:
        batch = A.shape[:-2]
        found = [lobpcg(a, k, None if B is None else b, None if X is None else x, n, iK, niter, tol, largest) for a, b, x in zip(
            A.reshape(-1, *A.shape[-2:]), A.reshape(-1, *A.shape[-2:]) if B is None else B.expand_as(A).reshape(-1, *A.shape[-2:]),
            A.reshape(-1, *A.shape[-2:]) if X is None else X.reshape(-1, *X.shape[-2:]))]
        return tuple(wick.stack(parts).reshape(*batch, *parts[0].shape) for parts in zip(*found))
    if A.shape[-1] != A.shape[-2]:
        raise RuntimeError("A must be a square matrix")
    m = A.shape[-1]
    k = (1 if X is None else X.shape[-1]) if k is None else k
    n = (k if n is None else n) if X is None else X.shape[-1]
    if m < 3 * n:
        raise ValueError(f"LOBPCG algorithm is not applicable when the number of A rows (={m}) is smaller than 3 x the number of requested eigenpairs (={n})")
    largest = True if largest is None else largest
    niter = 1000 if niter is None or niter < 0 else niter
    dtype = A.dtype
    tol = wick.finfo(dtype).eps ** 0.5 if tol is None else tol
    with wick.no_grad():
        values, vectors = _iterate(A.detach(), B, wick.randn(m, n, dtype=dtype) if X is None else X, iK, niter, tol, largest, k, tracker)
    values, vectors = values[:k], vectors[:, :k]
    if A.requires_grad or (B is not None and B.requires_grad):
        values = (vectors * (A @ vectors)).sum(0)
        if B is not None:
            values = values / (vectors * (B @ vectors)).sum(0)
    return values, vectors


def _iterate(a, b, x, preconditioner, niter, tol, largest, k, tracker):
    unit = wick.eye(a.shape[-1], dtype=a.dtype) if b is None else b.detach()
    size = a.shape[-1]
    x = _orthonormal(x, unit)
    direction = x[:, :0]
    scale_a = (a @ x).norm() / x.norm()
    scale_b = (unit @ x).norm() / x.norm()
    values = None
    for _ in range(niter + 1):
        small, rotation = wick.linalg.eigh(x.mT @ (a @ x))
        values, x = (small.flip(0), x @ rotation.flip(1)) if largest else (small, x @ rotation)
        residual = a @ x - (unit @ x) * values
        error = residual.norm(dim=0) / (x.norm(dim=0) * (scale_a + values.abs() * scale_b))
        if tracker is not None:
            tracker(values)
        if (error[:k] < tol).all() or size == x.shape[1]:
            break
        more = residual if preconditioner is None else preconditioner @ residual
        basis = _orthonormal(wick.cat([x, more, direction], 1), unit)
        small, rotation = wick.linalg.eigh(basis.mT @ (a @ basis))
        rotation = (rotation.flip(1) if largest else rotation)[:, : x.shape[1]]
        new = basis @ rotation
        direction = new - x @ (x.mT @ (unit @ new))
        x = new
    return values, x
