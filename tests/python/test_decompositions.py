"""Decompositions of matrices that take more than one block, of low rank, or of extreme size: the same of wick and of PyTorch."""
import pytest

SHAPES = [(1, 1), (2, 3), (7, 4), (8, 8), (33, 31), (32, 65), (70, 70), (200, 15), (15, 200)]


def matrix(t, shape, kind):
    t.manual_seed(sum(shape))
    m, n = shape
    a = t.randn(m, n, dtype=t.float64)
    if kind == "low rank":
        return t.randn(m, 2, dtype=t.float64) @ t.randn(2, n, dtype=t.float64)
    if kind == "whole numbers":
        return a.round()
    if kind == "zero":
        return t.zeros(m, n, dtype=t.float64)
    return a * {"plain": 1.0, "huge": 1e200, "tiny": 1e-200}[kind]


def near(t, x, y, scale=1.0):
    return x.shape == y.shape and (x.numel() == 0 or ((x - y).abs().max() <= 1e-12 * scale).item())


def is_orthonormal(t, q):
    return near(t, q.mT @ q, t.eye(q.shape[1], dtype=q.dtype))


@pytest.mark.parametrize("kind", ["plain", "low rank", "whole numbers", "zero", "huge", "tiny"])
@pytest.mark.parametrize("shape", SHAPES)
def test_singular_values(t, shape, kind):
    a = matrix(t, shape, kind)
    scale = max(a.abs().max().item(), 1e-300) * max(shape)
    u, s, vh = t.linalg.svd(a, full_matrices=False)
    assert is_orthonormal(t, u) and is_orthonormal(t, vh.mT)
    assert near(t, (u * (s / scale)) @ vh, a / scale) and (s[:-1] >= s[1:]).all() and (s >= 0).all()
    assert near(t, t.linalg.svdvals(a) / scale, s / scale)
    u, _, vh = t.linalg.svd(a)
    assert is_orthonormal(t, u) and is_orthonormal(t, vh.mT)
    if kind == "low rank":
        assert (s[2:] <= 1e-13 * scale).all()


@pytest.mark.parametrize("kind", ["plain", "low rank", "whole numbers", "zero", "huge", "tiny"])
@pytest.mark.parametrize("n", [1, 2, 5, 8, 33, 70])
def test_symmetric_eigenvalues(t, n, kind):
    a = matrix(t, (n, n), kind)
    a = a + a.mT
    scale = max(a.abs().max().item(), 1e-300) * n
    # Only one triangle is looked at.
    for uplo, half in (("L", a.tril()), ("U", a.triu())):
        w, v = t.linalg.eigh(half, UPLO=uplo)
        assert is_orthonormal(t, v) and (w[:-1] <= w[1:]).all()
        assert near(t, (v * (w / scale)) @ v.mT, a / scale)
        assert near(t, t.linalg.eigvalsh(half, UPLO=uplo) / scale, w / scale)


@pytest.mark.parametrize("shape", SHAPES)
def test_triangles(t, shape):
    a = matrix(t, shape, "plain")
    m, n = shape
    for mode in ("reduced", "complete"):
        q, r = t.linalg.qr(a, mode=mode)
        assert is_orthonormal(t, q) and near(t, q @ r, a, m) and near(t, r, r.triu())
    p, lower, upper = t.linalg.lu(a)
    assert near(t, p @ lower @ upper, a, m) and lower.abs().max() <= 1
    if m != n:
        return
    positive = a @ a.mT + m * t.eye(m, dtype=t.float64)
    factor = t.linalg.cholesky(positive)
    assert near(t, factor @ factor.mT, positive, m) and near(t, factor, factor.tril())
    b = t.randn(m, 5, dtype=t.float64)
    assert near(t, positive @ t.linalg.solve(positive, b), b, m) and near(t, t.linalg.inv(positive) @ positive, t.eye(m, dtype=t.float64), m)
    for upper in (False, True):
        triangle = positive.triu() if upper else positive.tril()
        assert near(t, triangle @ t.linalg.solve_triangular(positive, b, upper=upper), b, m)
    sign, logarithm = t.linalg.slogdet(a)
    assert t.allclose(sign * logarithm.exp(), t.linalg.det(a))


def test_what_fails(t):
    singular = t.eye(50).index_fill(0, t.tensor([40]), 0.0)
    with pytest.raises(RuntimeError, match="linalg.inv: The diagonal element 41 is zero"):
        t.linalg.inv(singular)
    assert t.linalg.lu_factor_ex(singular)[2] == 41 and t.linalg.det(singular) == 0
    indefinite = t.eye(50)
    indefinite[45, 45] = -1
    with pytest.raises(RuntimeError, match="the leading minor of order 46 is not positive-definite"):
        t.linalg.cholesky(indefinite)
    with pytest.raises(RuntimeError, match=r"linalg.svd: \(Batch element 1\): The algorithm failed to converge because the input matrix contained non-finite"):
        t.linalg.svdvals(t.tensor([[[1.0, 2], [3, 4]], [[1.0, float("nan")], [2, 1]]]))
