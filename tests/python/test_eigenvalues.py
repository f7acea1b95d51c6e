"""Eigenvalues of general matrices, and other operators that programs for PyTorch use rarely: the same of wick and of PyTorch."""
import pytest

import wick


def residual(t, a):
    values, vectors = t.linalg.eig(a)
    assert values.dtype == vectors.dtype == (t.complex128 if a.dtype in (t.float64, t.complex128) else t.complex64)
    lengths = (vectors.abs() ** 2).sum(-2)
    assert t.allclose(lengths, t.ones_like(lengths), atol=1e-5)
    return (a.to(values.dtype) @ vectors - vectors * values.unsqueeze(-2)).abs().max().item()


@pytest.mark.parametrize("n", [1, 2, 3, 7, 30])
def test_values_and_vectors(t, n):
    t.manual_seed(n)
    a = t.randn(2, 3, n, n, dtype=t.float64)
    assert residual(t, a) < 1e-9
    assert residual(t, a.float()) < 1e-3
    assert residual(t, t.complex(a, a.flip(-1))) < 1e-9
    values = t.linalg.eigvals(a)
    assert t.allclose(values.sum(-1).real, a.diagonal(0, -2, -1).sum(-1))
    assert t.allclose(values.prod(-1).real, t.linalg.det(a))
    # Of a real matrix they are real, or pairs of conjugates.
    for row in values.reshape(-1, n).tolist():
        for value in row:
            assert value.imag == 0 or value.conjugate() in row


def test_known_values(t):
    values, vectors = t.linalg.eig(t.tensor([[0.0, 1.0], [-1.0, 0.0]]))
    assert (values - t.tensor([1j, -1j])).abs().max() < 1e-6
    assert (vectors[:, 0] * vectors[0, 0].conj() - t.tensor([0.5, 0.5j])).abs().max() < 1e-6
    assert t.linalg.eigvals(t.tensor([[4.0, 1.0, 2.0], [0.0, 3.0, 1.0], [0.0, 0.0, 2.0]])).tolist() == [4, 3, 2]
    assert t.linalg.eigvals(t.zeros(2, 2)).tolist() == [0, 0] and tuple(t.linalg.eig(t.zeros(0, 0))[1].shape) == (0, 0)
    # Twice the same, with one vector.
    assert t.allclose(t.linalg.eigvals(t.tensor([[1.0, 1.0], [0.0, 1.0]])).real, t.ones(2))
    with pytest.raises(RuntimeError, match="A must be batches of square matrices"):
        t.linalg.eig(t.ones(2, 3))


def test_gradients_of_eigenvalues():
    a = wick.randn(4, 4, dtype=wick.float64).requires_grad_()
    weights = wick.arange(4.0, dtype=wick.float64)

    def of_both(a):
        values, vectors = wick.linalg.eig(a)
        return values.abs().sum() + (vectors.abs() ** 2 * weights.unsqueeze(1)).sum(0).square().sum()

    assert wick.autograd.gradcheck(of_both, (a,))
    assert wick.autograd.gradcheck(lambda a: wick.linalg.eigvals(a).pow(2).sum().real, (a,))
    assert wick.autograd.gradgradcheck(lambda a: wick.linalg.eigvals(a).abs().sum(), (a,))


@pytest.mark.parametrize("reduce, expected", [
    ("sum", [1.0, 0.0, 10.0]), ("mean", [1.0, float("nan"), 10 / 3]), ("max", [1.0, -float("inf"), 5.0]),
    ("min", [1.0, float("inf"), 2.0]), ("prod", [1.0, 1.0, 30.0])])
def test_segments(t, reduce, expected):
    data, lengths = t.tensor([1.0, 2.0, 3.0, 5.0]), t.tensor([1, 0, 3])
    assert t.segment_reduce(data, reduce, lengths=lengths).tolist() == pytest.approx(expected, nan_ok=True)
    assert t.segment_reduce(data, reduce, offsets=t.tensor([0, 1, 1, 4])).tolist() == pytest.approx(expected, nan_ok=True)
    rows = data.reshape(2, 2).requires_grad_()
    found = t.segment_reduce(rows, reduce, lengths=t.tensor([2, 0]), initial=1)
    assert found[1].tolist() == [1.0, 1.0]
    found[0].sum().backward()
    assert rows.grad.isfinite().all()


def test_segments_are_checked(t):
    with pytest.raises(RuntimeError, match="Either lengths or offsets must be defined"):
        t.segment_reduce(t.ones(3), "sum")
    with pytest.raises(RuntimeError, match="Expected all rows of lengths along axis to sum to"):
        t.segment_reduce(t.ones(3), "sum", lengths=t.tensor([1]))


def test_sparse_tensors_without_entries(t):
    for made in (t.zeros(2, 3, layout=t.sparse_coo), t.empty(2, 3, layout=t.sparse_coo)):
        assert made.is_sparse and made._nnz() == 0 and made.to_dense().tolist() == [[0.0] * 3] * 2
    x = t.tensor([[3.0, 0.0], [0.0, 4.0]]).to_sparse()
    assert x.norm().item() == 5 and t.norm(x).item() == 5


def test_numbers_that_do_not_fit(t):
    for value, dtype in ((300, t.uint8), ([1, -256], t.uint8), ([200], t.int8), (2**31, t.int32), (300.5, t.uint8)):
        with pytest.raises(RuntimeError, match="value cannot be converted to type u?int\\d+ without overflow"):
            t.tensor(value, dtype=dtype)
    assert t.tensor([-1, 255], dtype=t.uint8).tolist() == [255, 255]
    with pytest.raises(RuntimeError, match="Integers to negative integer powers are not allowed."):
        t.tensor([2]) ** -1
    with pytest.raises(RuntimeError, match="Integers to negative integer powers are not allowed."):
        t.tensor([2]).pow_(-2)
    assert (t.tensor([2.0]) ** -1).item() == 0.5 and (t.tensor([2]) ** -1.0).item() == 0.5
    with pytest.raises(RuntimeError, match="label_smoothing must be between 0.0 and 1.0. Got: 1.5"):
        t.nn.functional.cross_entropy(t.randn(2, 3), t.tensor([0, 1]), label_smoothing=1.5)
