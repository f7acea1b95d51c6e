"""Operators that are said in Python: copies of views, factors, histograms over several dimensions, few eigenvalues, storages by old names."""
import pytest

import wick


def close(mine, theirs, **options):
    import torch

    torch.testing.assert_close(torch.tensor(mine.tolist(), dtype=theirs.dtype), theirs, **options)


COPIES = {"alias_copy": (), "detach_copy": (), "diagonal_copy": (1,), "expand_copy": ((2, 3, 3),), "permute_copy": ((1, 0),), "select_copy": (1, 2),
          "slice_copy": (1, 0, 3, 2), "split_copy": (2, 1), "split_with_sizes_copy": ([1, 2], 1), "squeeze_copy": (), "t_copy": (), "transpose_copy": (0, 1),
          "unbind_copy": (1,), "unfold_copy": (1, 2, 1), "unsqueeze_copy": (0,), "view_copy": ((9,),), "as_strided_copy": ((2, 2), (1, 3))}


@pytest.mark.parametrize("name", COPIES)
def test_copies_of_views(torch, name):
    x = torch.arange(9.0).view(3, 3)
    mine, theirs = getattr(wick, name)(wick.tensor(x.tolist()), *COPIES[name]), getattr(torch, name)(x, *COPIES[name])
    assert type(mine) is tuple if isinstance(theirs, (tuple, list)) else True
    for a, b in zip(mine, theirs, strict=True) if isinstance(theirs, (tuple, list)) else [(mine, theirs)]:
        assert a.tolist() == b.tolist() and tuple(a.shape) == tuple(b.shape)
    source = wick.ones(3, 3)
    copy = getattr(wick, name)(source, *COPIES[name])
    for one in copy if isinstance(copy, tuple) else [copy]:
        one.zero_()
    assert source.sum().item() == 9


def test_copies_into(t):
    out = t.empty(0)
    t.view_copy(t.arange(4.0), (2, 2), out=out)
    assert out.tolist() == [[0, 1], [2, 3]] and t.view_copy(t.ones(2), t.int32).dtype is t.int32


def symmetric(t, n, dtype, hermitian):
    t.manual_seed(n)
    a = t.randn(2, n, n, dtype=dtype)
    return a + (a.mH if hermitian else a.mT)


@pytest.mark.parametrize("n", [1, 2, 5, 9])
@pytest.mark.parametrize("dtype, hermitian", [("float64", False), ("complex128", False), ("complex128", True)])
def test_ldl(torch, n, dtype, hermitian):
    a = symmetric(torch, n, getattr(torch, dtype), hermitian)
    a[0, 0, 0] = 0
    b = torch.randn(2, n, 3, dtype=a.dtype)
    mine = wick.linalg.ldl_factor_ex(wick.tensor(a.tolist(), dtype=getattr(wick, dtype)), hermitian=hermitian)
    theirs = torch.linalg.ldl_factor_ex(a, hermitian=hermitian)
    if n > 1:
        close(mine.LD, theirs.LD.tril())
        assert mine.pivots.tolist() == theirs.pivots.tolist() and mine.pivots.dtype is wick.int32
    assert mine.info.tolist() == theirs.info.tolist()
    if n > 1:
        right = wick.tensor(b.tolist(), dtype=getattr(wick, dtype))
        x = wick.linalg.ldl_solve(mine.LD, mine.pivots, right, hermitian=hermitian)
        whole = wick.tensor(a.tolist(), dtype=getattr(wick, dtype))
        # From the lower triangle.
        low = whole.tril(-1)
        whole = whole.tril() + (low.mH if hermitian else low.mT)
        assert (whole @ x - right).abs().max() < 1e-9
        close(x, torch.linalg.ldl_solve(theirs.LD, theirs.pivots, b, hermitian=hermitian))


def test_ldl_without_inverse():
    with pytest.raises(wick.LinAlgError):
        wick.linalg.ldl_factor(wick.zeros(2, 2))
    with pytest.raises(RuntimeError, match="pivots must be"):
        wick.linalg.ldl_solve(wick.eye(2), wick.tensor([7, 1], dtype=wick.int32), wick.ones(2, 1))
    with pytest.raises(RuntimeError, match="batches of square matrices"):
        wick.linalg.ldl_factor(wick.zeros(2, 3))


@pytest.mark.parametrize("left", [True, False])
@pytest.mark.parametrize("transpose", [True, False])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_ormqr(torch, left, transpose, dtype):
    torch.manual_seed(0)
    a = torch.randn(2, 5, 3, dtype=getattr(torch, dtype))
    other = torch.randn(2, 5, 4, dtype=a.dtype) if left else torch.randn(2, 4, 5, dtype=a.dtype)
    reflectors, tau = torch.geqrf(a)
    mine = wick.ormqr(*(wick.tensor(one.tolist(), dtype=getattr(wick, dtype)) for one in (reflectors, tau, other)), left, transpose)
    close(mine, torch.ormqr(reflectors, tau, other, left, transpose))


@pytest.mark.parametrize("options", [{"bins": [3, 2]}, {"bins": 2, "range": [0.0, 1.0, 0.0, 1.0], "density": True}, {"bins": 4, "weight": [1.0, 2.0, 4.0, 8.0]},
                                     {"bins": [[0.0, 1.0, 2.0], [0.0, 0.5, 3.0]]}])
def test_histograms(torch, options):
    points = [[0.0, 1.0], [1.0, 0.0], [2.0, 0.0], [2.0, 2.0]]

    def made(t):
        given = dict(options)
        if "weight" in given:
            given["weight"] = t.tensor(given["weight"])
        if isinstance(given["bins"], list) and isinstance(given["bins"][0], list):
            given["bins"] = [t.tensor(one) for one in given["bins"]]
        return t.histogramdd(t.tensor(points), **given)

    mine, theirs = made(wick), made(torch)
    close(mine.hist, theirs.hist)
    for a, b in zip(mine.bin_edges, theirs.bin_edges, strict=True):
        close(a, b)


@pytest.mark.parametrize("largest", [True, False])
def test_few_eigenvalues(t, largest):
    t.manual_seed(0)
    a = t.randn(20, 20, dtype=t.float64)
    a = a @ a.T + t.eye(20, dtype=t.float64)
    values, vectors = t.lobpcg(a, k=3, largest=largest, tol=1e-9)
    expected = t.linalg.eigvalsh(a)
    expected = expected.flip(0)[:3] if largest else expected[:3]
    assert t.allclose(values, expected, rtol=1e-6) and vectors.shape == (20, 3)
    assert t.allclose(a @ vectors, vectors * values, atol=1e-4)
    with pytest.raises(ValueError, match="LOBPCG algorithm is not applicable"):
        t.lobpcg(a[:5, :5], k=3)


def test_eigenvalues_of_pairs_and_their_gradients():
    wick.manual_seed(0)
    a = wick.randn(15, 15, dtype=wick.float64)
    a = (a @ a.T).requires_grad_()
    b = wick.diag(wick.linspace(1, 2, 15, dtype=wick.float64))
    values, _ = wick.lobpcg(a, k=2, B=b, tol=1e-10)
    values.sum().backward()
    scale = b.diagonal().rsqrt()
    whole = a.detach().clone().requires_grad_()
    wick.linalg.eigvalsh(scale[:, None] * whole * scale).flip(0)[:2].sum().backward()
    assert wick.allclose(a.grad, whole.grad, atol=1e-5)


def test_ways_to_make_tensors(t, tmp_path):
    assert t.empty_permuted((2, 3, 4), (0, 2, 1)).stride() == (12, 1, 3)
    path = str(tmp_path / "numbers")
    made = t.from_file(path, shared=True, size=4)
    made.copy_(t.arange(4.0))
    del made
    assert t.from_file(path, shared=False, size=3).tolist() == [0, 1, 2]
    assert t.FloatStorage([1.0, 2.0]).tolist() == [1, 2] and isinstance(t.ones(2).storage(), (t.FloatStorage, t.storage.TypedStorage))
    assert len(t.LongStorage(3)) == 3 and t.ones(2).module_load(t.zeros(2)).tolist() == [0, 0]


def test_losses_with_their_layer(t):
    t.manual_seed(0)
    loss = t.nn.LinearCrossEntropyLoss(3, 4, bias=True, label_smoothing=0.1)
    x, target = t.ones(2, 3), t.tensor([0, 1])
    expected = t.nn.functional.cross_entropy(loss.linear(x), target, label_smoothing=0.1)
    assert t.allclose(loss(x, target), expected) and list(loss.state_dict()) == ["linear.weight", "linear.bias"]
    wide = t.nn.LinearCrossEntropyLoss(3, 4, out_features=(2,))
    assert wide.linear.weight.shape == (8, 3) and wide(t.ones(5, 3), t.zeros(5, 2, dtype=t.int64)).dim() == 0
    made = t.nn.functional.linear_cross_entropy(x, loss.linear.weight, target, linear_bias=loss.linear.bias, reduction="none", ignore_index=0)
    assert made.shape == (2,) and made[0].item() == 0


def test_groups_of_products(t):
    t.manual_seed(0)
    dtype = t.bfloat16
    rows, stacks = t.randn(16, 8, dtype=dtype), t.randn(2, 8, 16, dtype=dtype)
    ends = t.tensor([8, 16], dtype=t.int32)
    made = t.nn.functional.grouped_mm(rows, stacks, offs=ends)
    assert t.equal(made[:8], rows[:8] @ stacks[0]) and t.equal(made[8:], rows[8:] @ stacks[1])
    assert t.nn.functional.grouped_mm(t.randn(2, 8, 8, dtype=dtype), stacks).shape == (2, 8, 16)
    assert t.nn.functional.grouped_mm(t.randn(8, 16, dtype=dtype), rows, offs=ends).shape == (2, 8, 8)
    with pytest.raises(RuntimeError):
        t.nn.functional.grouped_mm(rows, stacks)


def test_what_is_saved_may_be_overwritten(t):
    with t.autograd.graph.allow_mutation_on_saved_tensors():
        x = t.ones(2, requires_grad=True)
        b = x.clone()
        y = b.sin()
        b.sin_()
        b[0] = 5.0
        y.sum().backward()
    assert x.grad.tolist() == pytest.approx([0.5403, 0.5403], abs=1e-4)
    with t.autograd.graph.allow_mutation_on_saved_tensors():
        y = x.exp().exp()
    with pytest.raises((RuntimeError, AssertionError)):
        y.sum().backward()


def test_schemas(t):
    schema = t.parse_schema("aten::add.x(Tensor(a!) self, int[2] y=[1, 2], *, Scalar alpha=1) -> (Tensor out, int)")
    assert (schema.name, schema.overload_name, schema.is_mutable) == ("aten::add", "x", True)
    assert [(one.name, one.kwarg_only, one.N, one.default_value) for one in schema.arguments] == [
        ("self", False, None, None), ("y", False, 2, [1, 2]), ("alpha", True, None, 1)]
    assert schema.arguments[0].alias_info.is_write and [one.name for one in schema.returns] == ["out", ""]
    text = "aten::add(Tensor self, *, Scalar alpha=1) -> Tensor"
    assert str(t.parse_schema(text)) == text and t.parse_schema(text) == t.parse_schema(text)
    with pytest.raises(RuntimeError):
        t.parse_schema("aten::add(Tensor")


def test_nothing_to_join(t):
    with pytest.raises((RuntimeError, ValueError), match="expected a non-empty list of Tensors"):
        t.cat([])
    with pytest.raises(RuntimeError, match="stack expects a non-empty TensorList"):
        t.stack([])


def test_complex_numbers_that_are_close(t):
    x = t.tensor([1 + 1j, 2 + 0j, complex("nan"), complex("inf"), 3 + 4j])
    y = t.tensor([1 + 1.0000001j, 2.1 + 0j, complex("nan"), complex("inf"), 3.00001 + 4j])
    assert t.isclose(x, y).tolist() == [True, False, False, True, True]
    assert t.isclose(x, y, equal_nan=True).tolist() == [True, False, True, True, True] and t.allclose(x[:1], y[:1]) and not t.allclose(x, y)
