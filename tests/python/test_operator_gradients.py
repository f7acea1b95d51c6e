"""Gradients of operators against the slopes that they are, and second ones against the slopes of the first."""
import math

import pytest

import wick
from wick.autograd import gradcheck, gradgradcheck


def numbers(*sizes, dtype=wick.float64, low=-1.5, high=1.5):
    """Without zeros, ties or kinks: the seed is that of the test."""
    values = wick.rand(sizes, dtype=wick.float64) * (high - low) + low
    if dtype is wick.complex128:
        values = wick.complex(values, wick.rand(sizes, dtype=wick.float64) - 0.5)
    return values.requires_grad_()


def x(*sizes):
    return numbers(*sizes)


def c(*sizes):
    return numbers(*sizes, dtype=wick.complex128)


def positive(*sizes):
    return numbers(*sizes, low=0.3, high=1.7)


def regular(n):
    return (numbers(n, n).detach() + 3 * wick.eye(n, dtype=wick.float64)).requires_grad_()


def index(*values):
    return wick.tensor(values)


def of_symmetric(function):
    return lambda a: function(a @ a.t() + 3 * wick.eye(a.size(0), dtype=a.dtype))


def sampling(mode, padding, align_corners=False):
    return lambda a, grid: wick.nn.functional.grid_sample(a, grid, mode, padding, align_corners)


# Name, function, arguments.
CASES = [
    ("sum", lambda a: a.sum([0], True), lambda: [x(2, 3)]),
    ("mean", lambda a: a.mean(1), lambda: [x(2, 3)]),
    ("prod", lambda a: a.prod(), lambda: [x(4)]),
    ("prod of complex numbers", lambda a: a.prod(0), lambda: [c(2, 3)]),
    ("prod with zeros", lambda a: (a * wick.tensor([0.0, 1, 2])).prod(), lambda: [x(3)]),
    ("max.dim", lambda a: a.max(1)[0], lambda: [x(2, 3)]),
    ("amin", lambda a: a.amin([0, 1]), lambda: [x(2, 3)]),
    ("logsumexp", lambda a: a.logsumexp(1), lambda: [x(2, 3)]),
    ("var", lambda a: a.var(0), lambda: [x(3, 2)]),
    ("std_mean", lambda a: wick.std_mean(a, 1), lambda: [x(2, 3)]),
    ("cumsum", lambda a: a.cumsum(1), lambda: [x(2, 3)]),
    ("cumprod", lambda a: a.cumprod(0), lambda: [x(3, 2)]),
    ("cumprod with zeros", lambda a: (a * wick.tensor([1.0, 0, 2])).cumprod(0), lambda: [x(3)]),
    ("logcumsumexp", lambda a: a.logcumsumexp(0), lambda: [x(4)]),
    ("cummax", lambda a: a.cummax(0)[0], lambda: [x(4)]),
    ("diff", lambda a: a.diff(2), lambda: [x(5)]),
    ("sort", lambda a: a.sort(0)[0], lambda: [x(4)]),
    ("topk", lambda a: a.topk(2)[0], lambda: [x(2, 4)]),
    ("median", lambda a: a.median(), lambda: [x(5)]),
    ("quantile", lambda a, q: a.quantile(q.sigmoid()), lambda: [x(6), x(2)]),
    ("index", lambda a: a[index(2, 0, 2)], lambda: [x(3, 2)]),
    ("index_put", lambda a, v: a.index_put([index(0, 2)], v), lambda: [x(3), x(2)]),
    ("index_add", lambda a, s: a.index_add(0, index(1, 1), s, alpha=0.5), lambda: [x(3, 2), x(2, 2)]),
    ("index_copy", lambda a, s: a.index_copy(0, index(1, 0), s), lambda: [x(3, 2), x(2, 2)]),
    ("gather", lambda a: a.gather(1, wick.tensor([[0, 0], [2, 1]])), lambda: [x(2, 3)]),
    ("scatter_add", lambda a, s: a.scatter_add(0, index(0, 0, 2), s), lambda: [x(3), x(3)]),
    ("scatter_reduce", lambda a, s: a.scatter_reduce(0, index(0, 0, 2), s, "prod"), lambda: [x(3), x(3)]),
    ("take", lambda a: a.take(index(3, 3, 0)), lambda: [x(2, 2)]),
    ("put", lambda a, s: a.put(index(3, 0), s), lambda: [x(2, 2), x(2)]),
    ("masked_fill", lambda a, v: a.masked_fill(wick.tensor([True, False]), v), lambda: [x(2), x()]),
    ("masked_select", lambda a: a.masked_select(wick.tensor([True, False])), lambda: [x(2, 2)]),
    ("masked_scatter", lambda a, s: a.masked_scatter(wick.tensor([True, False]), s), lambda: [x(2, 2), x(3)]),
    ("slice_scatter", lambda a, s: a.slice_scatter(s, 0, 1, 3), lambda: [x(4), x(2)]),
    ("block_diag", lambda a, b: wick.block_diag(a, b), lambda: [x(2, 1), x(2)]),
    ("meshgrid", lambda a, b: wick.meshgrid(a, b, indexing="xy"), lambda: [x(2), x(3)]),
    ("hstack", lambda a, b: wick.hstack([a, b]), lambda: [x(2), x(3)]),
    ("diag_embed", lambda a: wick.diag_embed(a, 1), lambda: [x(2, 2)]),
    ("roll", lambda a: a.roll([1, -1], [0, 1]), lambda: [x(2, 3)]),
    ("repeat", lambda a: a.repeat(2, 2), lambda: [x(2)]),
    ("repeat_interleave", lambda a: a.repeat_interleave(index(0, 2), 0), lambda: [x(2, 2)]),
    ("unfold", lambda a: a.unfold(0, 3, 1), lambda: [x(5)]),
    ("matmul of matrices", lambda a, b: a @ b, lambda: [x(2, 3), x(3, 2)]),
    ("matmul of batches", lambda a, b: a @ b, lambda: [x(2, 1, 1, 2), x(3, 2, 1)]),
    ("matmul of rows", lambda a, b: a @ b, lambda: [x(2, 1, 3), x(3, 2)]),
    ("matmul of complex numbers", lambda a, b: a @ b, lambda: [c(2, 2), c(2)]),
    ("addmv", lambda a, m, v: wick.addmv(a, m, v, beta=0.5, alpha=2), lambda: [x(2), x(2, 3), x(3)]),
    ("addr", lambda a, v, w: wick.addr(a, v, w, beta=0.5, alpha=2), lambda: [x(2, 3), x(2), x(3)]),
    ("tensordot", lambda a, b: wick.tensordot(a, b, [[0, 1], [1, 0]]), lambda: [x(2, 3), x(3, 2)]),
    ("einsum", lambda a, b: wick.einsum("bij,bjk->bik", a, b), lambda: [x(2, 1, 2), x(2, 2, 1)]),
    ("einsum of a diagonal", lambda a, b: wick.einsum("ii,ij->j", a, b), lambda: [x(2, 2), x(2, 3)]),
    ("kron", wick.kron, lambda: [x(2), x(2)]),
    ("cross", lambda a, b: wick.linalg.cross(a, b), lambda: [x(2, 3), x(1, 3)]),
    ("cdist", lambda a, b: wick.cdist(a, b), lambda: [x(2, 3), x(2, 3)]),
    ("cdist of order 3", lambda a, b: wick.cdist(a, b, p=3.0), lambda: [x(2, 3), x(2, 3)]),
    ("norm of order 2", lambda a: a.norm(), lambda: [x(3)]),
    ("norm of complex numbers", lambda a: wick.linalg.vector_norm(a, 3), lambda: [c(3)]),
    ("norm of order inf", lambda a: wick.linalg.vector_norm(a, math.inf), lambda: [x(3)]),
    ("nuclear norm", lambda a: wick.linalg.matrix_norm(a, "nuc"), lambda: [x(2, 3)]),
    ("renorm", lambda a: a.renorm(2, 0, 0.5), lambda: [x(2, 3)]),
    ("inv", wick.linalg.inv, lambda: [regular(3)]),
    ("solve", wick.linalg.solve, lambda: [regular(3), x(3)]),
    ("solve_triangular", lambda a, b: wick.linalg.solve_triangular(a, b, upper=True), lambda: [regular(2), x(2, 2)]),
    ("det", wick.linalg.det, lambda: [regular(3)]),
    ("slogdet", lambda a: wick.linalg.slogdet(a)[1], lambda: [regular(3)]),
    ("cholesky", of_symmetric(wick.linalg.cholesky), lambda: [x(3, 3)]),
    ("qr", lambda a: wick.linalg.qr(a), lambda: [x(3, 2)]),
    ("qr of a wide matrix", lambda a: wick.linalg.qr(a), lambda: [x(2, 3)]),
    ("svd", lambda a: (lambda u, s, v: [u.abs(), s, v.abs()])(*wick.linalg.svd(a, False)), lambda: [x(2, 3)]),
    ("eigh", of_symmetric(lambda a: (lambda w, v: [w, v.abs()])(*wick.linalg.eigh(a))), lambda: [x(3, 3)]),
    ("lu", lambda a: wick.linalg.lu(a)[1:], lambda: [regular(3)]),
    ("lu of a high matrix", lambda a: wick.linalg.lu(a)[1:], lambda: [x(3, 2)]),
    ("pinv", lambda a: wick.linalg.pinv(a), lambda: [x(3, 2)]),
    ("lstsq", lambda a, b: wick.linalg.lstsq(a, b)[0], lambda: [x(3, 2), x(3, 1)]),
    ("matrix_exp", lambda a: wick.matrix_exp(a), lambda: [x(2, 2)]),
    ("matrix_power", lambda a: wick.linalg.matrix_power(a, -2), lambda: [regular(2)]),
    ("householder_product", lambda a, t: wick.linalg.householder_product(a, t), lambda: [x(3, 2), x(2)]),
    ("fft", lambda a: wick.fft.fft(a, 4), lambda: [c(3)]),
    ("rfft", lambda a: wick.fft.rfft(a), lambda: [x(5)]),
    ("irfft", lambda a: wick.fft.irfft(a), lambda: [c(3)]),
    ("stft", lambda a, w: wick.stft(a, 4, 2, window=w, center=False, return_complex=True), lambda: [x(8), positive(4)]),
    ("cov", wick.cov, lambda: [x(2, 3)]),
    ("trapezoid", wick.trapezoid, lambda: [x(2, 3), x(3)]),
    ("gradient", lambda a: wick.gradient(a), lambda: [x(4)]),
    ("lgamma", wick.lgamma, lambda: [positive(3)]),
    ("polygamma", lambda a: wick.polygamma(1, a), lambda: [positive(3)]),
    ("i0", wick.i0, lambda: [x(3)]),
    ("erfcx", wick.special.erfcx, lambda: [x(3)]),
    ("ndtri", wick.special.ndtri, lambda: [numbers(3, low=0.2, high=0.8)]),
    ("angle", wick.angle, lambda: [c(3)]),
    ("polar", wick.polar, lambda: [positive(2), x(2)]),
    ("lerp", wick.lerp, lambda: [x(2), x(2), x(2)]),
    *((f"grid_sample, {mode}, {padding}", sampling(mode, padding), lambda: [x(1, 2, 3, 4), x(1, 2, 2, 2)])
      for mode in ("bilinear", "bicubic") for padding in ("zeros", "border", "reflection")),
    ("grid_sample in space", sampling("bilinear", "zeros", True), lambda: [x(1, 1, 2, 3, 3), x(1, 1, 2, 1, 3)]),
]


@pytest.mark.parametrize("function, arguments", [pytest.param(f, a, id=name) for name, f, a in CASES])
def test_gradients_are_slopes(function, arguments):
    wick.manual_seed(3)
    inputs = arguments()
    assert gradcheck(function, inputs)
    assert gradgradcheck(function, inputs)


# Of each: what overwrites x, and the derivative by x of the sum of the result.
OVERWRITING = [
    ("fill_", lambda y: y.fill_(2.0), [0, 0]),
    ("zero_", lambda y: y.zero_(), [0, 0]),
    ("uniform_", lambda y: y.uniform_(), [0, 0]),
    ("normal_", lambda y: y.normal_(), [0, 0]),
    ("bernoulli_", lambda y: y.bernoulli_(0.5), [0, 0]),
    ("masked_fill_", lambda y: y.masked_fill_(wick.tensor([True, False]), 3.0), [0, 2]),
    ("index_fill_", lambda y: y.index_fill_(0, index(1), 3.0), [2, 0]),
    ("cumsum_", lambda y: y.cumsum_(0), [4, 2]),
    ("polygamma_", lambda y: y.polygamma_(1), [2 * -2 * 1.2020569, 2 * -2 * 0.2020569]),
]


@pytest.mark.parametrize("overwrite, expected", [pytest.param(f, e, id=name) for name, f, e in OVERWRITING])
def test_what_is_overwritten_loses_its_share(overwrite, expected):
    x = wick.tensor([0.5, 1.0], dtype=wick.float64, requires_grad=True)
    y = x * 2
    overwrite(y)
    total = y.sum()
    found = wick.autograd.grad(total, x, allow_unused=True)[0] if total.requires_grad else None
    assert (found.tolist() if found is not None else [0, 0]) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("reshape", [
    lambda y: y.t_(),
    lambda y: y.transpose_(0, 1),
    lambda y: y.swapaxes_(0, 1),
    lambda y: y.unsqueeze_(1),
    lambda y: y.unsqueeze_(0).squeeze_(),
    lambda y: y.as_strided_((3, 2), (1, 3)),
], ids=["t_", "transpose_", "swapaxes_", "unsqueeze_", "squeeze_", "as_strided_"])
def test_what_changes_its_shape_in_place_keeps_its_history(reshape):
    x = wick.rand((2, 3), dtype=wick.float64).requires_grad_()
    y = x * 2
    reshape(y)
    weights = wick.arange(1.0, 7.0, dtype=wick.float64).reshape(2, 3)
    reshape(weights)
    (y * weights).sum().backward()
    assert x.grad.tolist() == [[2, 4, 6], [8, 10, 12]]


def test_ldexp_in_place():
    x = wick.tensor([0.5, 1.0], dtype=wick.float64, requires_grad=True)
    y = x * 2
    y.ldexp_(wick.tensor([1, 3]))
    y.sum().backward()
    assert x.grad.tolist() == [4, 16]


def test_xlogy_has_a_slope_at_zero(t):
    for function, slope in ((t.xlogy, [math.log(2), 0, 0, math.log(2)]), (t.special.xlogy, [math.log(2), 0, 0, math.log(2)]),
                            (t.special.xlog1py, [math.log(3), 0, 0, math.log(3)])):
        x = t.tensor([0.0, 0.0, 0.0, 1.0], requires_grad=True)
        function(x, t.tensor([2.0, 0.0, -1.0, 2.0])).sum().backward()
        assert x.grad.tolist() == pytest.approx(slope)
    t.xlogy(x, 2.0).sum().backward()
    assert x.grad[0].item() == pytest.approx(math.log(3) + math.log(2))


def test_gammas_go_back_to_their_shapes():
    # That E x = alpha for gamma numbers of shape alpha, and that Dirichlet numbers sum to 1.
    shape = wick.tensor([0.5, 3.0, 20.0], requires_grad=True)
    wick._standard_gamma(shape.expand(20000, 3)).mean(0).sum().backward()
    assert shape.grad.tolist() == pytest.approx([1, 1, 1], rel=0.05)
    shape.grad = None
    wick._sample_dirichlet(shape.expand(100, 3)).sum().backward()
    assert shape.grad.tolist() == pytest.approx([0, 0, 0], abs=1e-3)
    wick._sample_dirichlet(shape.expand(20000, 3))[:, 0].mean().backward()
    assert shape.grad[0].item() == pytest.approx(23.0 / 23.5**2, rel=0.05)
    with pytest.raises(RuntimeError, match="derivative for aten::binomial is not implemented"):
        wick.binomial(shape, shape / 30).sum().backward()
