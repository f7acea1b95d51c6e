"""torch.vmap: the same of wick and of PyTorch, where that is installed, and of loops."""
import pytest
import test_operator_gradients

import wick
from wick import _wick

COUNT = 3

# What is called for one tensor after the other. Others that are called so here lack a rule that they had.
LOOPED = {"aten::put", "aten::masked_select", "aten::masked_scatter", "aten::block_diag", "aten::repeat_interleave.self_Tensor",
          "aten::renorm", "aten::linalg_lstsq", "aten::stft", "aten::gradient.scalarint"}


def tensors_of(result):
    return [v for v in (result if isinstance(result, (tuple, list)) else (result,)) if isinstance(v, wick.Tensor)]


def is_mapped(value):
    return isinstance(value, wick.Tensor) and (value.is_floating_point() or value.is_complex())


def agree(found, expected):
    assert found.shape == expected.shape
    difference = (found - expected).abs().nan_to_num(0)
    return found.numel() == 0 or difference.max().item() < 1e-6


@pytest.mark.parametrize("function, make", [case[1:3] for case in test_operator_gradients.CASES],
                         ids=[case[0] for case in test_operator_gradients.CASES])
def test_operators_are_loops(function, make):
    """Every operator that has a gradient, and its gradient, for several at once and for one after the other."""
    wick.manual_seed(0)
    columns = list(zip(*(make() for _ in range(COUNT))))
    dims = tuple(0 if is_mapped(column[0]) else None for column in columns)
    if all(dim is None for dim in dims):
        return
    batch = [column[0] if dim is None else wick.stack([t.detach() for t in column]) for column, dim in zip(columns, dims)]
    each = [[value if dim is None else value[i] for value, dim in zip(batch, dims)] for i in range(COUNT)]
    _wick._take_looped()
    found = wick.vmap(lambda *args: tuple(tensors_of(function(*args))), in_dims=dims, randomness="same")(*batch)
    assert set(_wick._take_looped()) <= LOOPED
    for one, column in zip(found, zip(*(tensors_of(function(*args)) for args in each)), strict=True):
        assert agree(one, wick.stack(column))
    args = [value.detach().requires_grad_() if dim == 0 else value for value, dim in zip(each[0], dims)]
    inputs = [value for value, dim in zip(args, dims) if dim == 0]
    for output in tensors_of(function(*args)):
        if not output.requires_grad:
            continue
        starts = wick.randn((COUNT,) + tuple(output.shape), dtype=output.dtype)
        options = {"retain_graph": True, "allow_unused": True}
        found = wick.autograd.grad(output, inputs, starts, is_grads_batched=True, **options)
        assert set(_wick._take_looped()) <= LOOPED
        expected = [wick.autograd.grad(output, inputs, start, **options) for start in starts]
        for one, column in zip(found, zip(*expected), strict=True):
            assert one is None and column[0] is None or agree(one, wick.stack(column))


def both(t, function, *args, **options):
    """The results of vmap, and those of a loop over the first dimension of all arguments."""
    found = t.vmap(function, **options)(*args)
    return found, t.stack([function(*(arg[i] for arg in args)) for i in range(args[0].size(0))])


X = [[0.5, -1.0, 2.0], [1.5, 0.25, -0.5], [3.0, 1.0, 0.0], [-2.0, 0.75, 1.25]]


@pytest.mark.parametrize("function", [
    lambda x: x.sum(),
    lambda x: x.max(),
    lambda x: x.argmax(),
    lambda x: x.softmax(0),
    lambda x: x[0] * x[1:],
    lambda x: x[None, ..., -1],
    lambda x: x.reshape(3, 1).expand(3, 2).t().unsqueeze(-1).flatten(),
    lambda x: x.sort(descending=True)[0].cumsum(0),
    lambda x: x.view(1, 3) @ x,
    lambda x: x.outer(x).tril().diagonal(),
    lambda x: x.std() + x.norm() + x.mean(),
    lambda x: x.clone().mul_(2).add_(x),
    lambda x: x.new_zeros(2, 3).copy_(x),
    lambda x: x.unbind()[1] + x.chunk(3)[2],
    lambda x: (x.long() + 0.5) * x.double(),
    lambda x: (x > 0).any() & (x < 5).all(),
    lambda x: x.where(x > 0, x.exp()).squeeze(),
    lambda x: x.repeat(2, 2).roll(1),
])
def test_functions(t, function):
    found, expected = both(t, function, t.tensor(X))
    assert found.dtype == expected.dtype and found.tolist() == pytest.approx(expected.tolist()) if found.dim() < 2 else \
        t.allclose(found, expected)


def test_indices_that_are_others_for_each(t):
    x = t.tensor(X)
    table = t.arange(12.0).reshape(4, 3)
    at = t.tensor([2, 0, 1, 3])
    assert t.vmap(lambda i: table[i])(at).tolist() == table[at].tolist()
    assert t.vmap(lambda row, i: row[i % 3])(x, at).tolist() == [2.0, 1.5, 1.0, -2.0]
    found, expected = both(t, lambda y, i: y[:, i], t.arange(48.0).reshape(4, 4, 3), t.tensor([[0, 1], [1, 1], [2, 0], [0, 2]]))
    assert found.tolist() == expected.tolist()
    found, expected = both(t, lambda i: table[i, :, None].sum(1), t.tensor([[0, 1], [1, 1], [2, 0], [0, 2]]))
    assert found.tolist() == expected.tolist()

    def written(row, i):
        row = row.clone()
        row[i % 3] = 9.0
        return row

    found, expected = both(t, written, x, at)
    assert found.tolist() == expected.tolist()
    found, expected = both(t, lambda i: t.nn.functional.embedding(i, table), at)
    assert found.tolist() == expected.tolist()


def test_layers(t):
    t.manual_seed(0)
    conv, line = t.nn.Conv2d(2, 4, 3, padding=1, groups=2), t.nn.Linear(6, 3)
    net = t.nn.Sequential(conv, t.nn.ReLU(), t.nn.MaxPool2d(2), t.nn.GroupNorm(2, 4), t.nn.Flatten(), t.nn.Linear(36, 5),
                          t.nn.LayerNorm(5)).requires_grad_(False)
    images = t.randn(3, 2, 2, 6, 6)
    found, expected = both(t, net, images)
    assert t.allclose(found, expected, atol=1e-5)
    found, expected = both(t, conv, images[:, 0])
    assert t.allclose(found, expected, atol=1e-5)
    # Other weights for each.
    weights, biases = t.randn(3, 3, 6), t.randn(3, 3)
    found, expected = both(t, lambda w, b: t.nn.functional.linear(t.ones(6), w, b), weights, biases)
    assert t.allclose(found, expected, atol=1e-5)
    kernels = t.randn(3, 4, 1, 3, 3)
    found, expected = both(t, lambda k, x: t.nn.functional.conv2d(x, k, groups=2), kernels, images)
    assert t.allclose(found, expected, atol=1e-5)
    assert t.vmap(line)(t.randn(3, 6)).requires_grad


def test_gradients_inside(t):
    t.manual_seed(0)
    net = t.nn.Sequential(t.nn.Conv1d(1, 2, 3), t.nn.Tanh(), t.nn.Flatten(), t.nn.Linear(8, 3))
    parameters = {name: p.detach() for name, p in net.named_parameters()}
    x, y = t.randn(5, 1, 6), t.tensor([0, 2, 1, 1, 0])

    def loss(p, x, y):
        out = t.func.functional_call(net, p, (x.unsqueeze(0),))
        return t.nn.functional.cross_entropy(out, y.unsqueeze(0))

    each = t.vmap(t.func.grad(loss), in_dims=(None, 0, 0))(parameters, x, y)
    for i in range(5):
        one = t.func.grad(loss)(parameters, x[i], y[i])
        assert all(t.allclose(each[name][i], one[name], atol=1e-5) for name in one)
    # Of an argument that is the same for all, and nested.
    w = t.tensor([1.0, 2.0])
    found = t.vmap(lambda s: t.func.grad(lambda w: (w * w * s).sum())(w))(t.tensor([1.0, 3.0]))
    assert found.tolist() == [[2, 4], [6, 12]]
    found = t.vmap(t.func.grad(lambda v: t.func.grad(lambda u: (u ** 3).sum())(v).sum()))(t.tensor([[1.0, 2.0]]))
    assert found.tolist() == [[6, 12]]
    found = t.vmap(t.vmap(t.func.grad(lambda a, b: a * b * b)), in_dims=(0, None))(t.ones(2, 3), t.tensor([1.0, 2.0, 3.0]))
    assert found.tolist() == [[1, 4, 9]] * 2
    found = t.vmap(t.func.jacrev(t.sin))(t.zeros(2, 3))
    assert found.tolist() == [t.eye(3).tolist()] * 2
    out, moved = t.vmap(lambda x, v: t.func.jvp(t.sin, (x,), (v,)))(t.zeros(2, 3), t.ones(2, 3))
    assert moved.tolist() == [[1, 1, 1]] * 2


def test_gradients_outside(t):
    x = t.tensor(X, requires_grad=True)
    w = t.tensor([1.0, 2.0, 3.0], requires_grad=True)
    t.vmap(lambda row: (row * w).sum() ** 2)(x).sum().backward()
    expected = t.tensor(X, requires_grad=True)
    v = t.tensor([1.0, 2.0, 3.0], requires_grad=True)
    ((expected * v).sum(1) ** 2).sum().backward()
    assert t.allclose(x.grad, expected.grad) and t.allclose(w.grad, v.grad)


def test_dimensions(t):
    x = t.arange(24.0).reshape(2, 3, 4)
    assert t.vmap(lambda a: a.sum(0), in_dims=1)(x).tolist() == x.sum(0).tolist()
    assert tuple(t.vmap(lambda a: a, in_dims=-1, out_dims=1)(x).shape) == (2, 4, 3)
    assert t.vmap(lambda a: (a, a.sum()), out_dims=(2, 0))(x)[0].tolist() == x.permute(1, 2, 0).tolist()
    assert t.vmap(lambda a, b: a + b, in_dims=(0, None))(x, t.ones(4)).tolist() == (x + 1).tolist()
    assert t.vmap(lambda a, scale: a * scale)(x, scale=t.ones(4) * 2).tolist() == (x * 2).tolist()
    assert tuple(t.vmap(lambda a: t.ones(2))(x).shape) == (2, 2)
    assert t.vmap(t.vmap(t.vmap(lambda a: a + 1)), chunk_size=1)(x).tolist() == (x + 1).tolist()
    seen = []
    t.vmap(lambda a: seen.append(tuple(a.shape)) or a, in_dims=2)(x)
    assert seen == [(2, 3)]


def test_random_numbers(t):
    x = t.zeros(3)
    with pytest.raises(RuntimeError, match="vmap: called random operation while in randomness error mode"):
        t.vmap(lambda a: a + t.rand(2))(x)
    for draw in (lambda a: a + t.rand(2), lambda a: t.randn_like(a.expand(2)), lambda a: t.bernoulli(a.expand(50) + 0.5),
                 lambda a: t.nn.functional.dropout(a.expand(50) + 1)):
        # PyTorch has the same numbers for some operators only.
        if t is wick or draw(x[0]).numel() == 2:
            same = t.vmap(draw, randomness="same")(x)
            assert same[0].tolist() == same[1].tolist() == same[2].tolist()
        different = t.vmap(draw, randomness="different")(x)
        assert different[0].tolist() != different[1].tolist()
    assert t.vmap(lambda a: t.nn.functional.dropout(a, training=False))(x).tolist() == [0, 0, 0]


def test_mistakes(t):
    x = t.tensor(X)
    with pytest.raises(RuntimeError, match="data-dependent control flow"):
        t.vmap(lambda row: row if row.sum() > 0 else -row)(x)
    with pytest.raises(RuntimeError, match="calling .item\\(\\) on a Tensor"):
        t.vmap(lambda row: row.sum().item())(x)
    with pytest.raises(ValueError, match="must only return Tensors"):
        t.vmap(lambda row: 3)(x)
    with pytest.raises(ValueError, match="expected in_dim to satisfy"):
        t.vmap(lambda row: row, in_dims=5)(x)
    with pytest.raises(ValueError, match="expected `in_dims` to be int or"):
        t.vmap(lambda row: row, in_dims="0")(x)
    with pytest.raises(RuntimeError, match="is not possible because there exists a Tensor|doesn't match the broadcast shape"):
        t.vmap(lambda row: t.zeros(3).add_(row))(x)
    with pytest.raises(RuntimeError, match="requires_grad_\\(\\) inside of a function being transformed"):
        wick.vmap(lambda row: row.requires_grad_())(wick.tensor(X))
    with pytest.raises(RuntimeError, match="Only allowed values for randomness"):
        t.vmap(lambda row: row, randomness="some")(x)
    # Levels are closed after an error.
    assert t.vmap(lambda row: row.sum())(x).tolist() == x.sum(1).tolist()


def test_functions_of_ones_own(t):
    class Double(t.autograd.Function):
        generate_vmap_rule = True

        @staticmethod
        def forward(x):
            return x * 2

        @staticmethod
        def setup_context(ctx, inputs, output):
            pass

        @staticmethod
        def backward(ctx, grad):
            return grad * 5

    class Triple(Double):
        generate_vmap_rule = False

        @staticmethod
        def vmap(info, in_dims, x):
            assert info.batch_size == 4 and in_dims == (0,)
            return Triple.apply(x), 0

    class Neither(Double):
        generate_vmap_rule = False

    x = t.tensor(X)
    for function in (Double, Triple):
        assert t.vmap(function.apply)(x).tolist() == (x * 2).tolist()
        assert t.vmap(t.func.grad(lambda row: function.apply(row).sum()))(x).tolist() == [[5.0] * 3] * 4
    with pytest.raises(RuntimeError, match="does not have vmap support"):
        t.vmap(Neither.apply)(x)


def test_scripted_modules():
    net = wick.nn.Sequential(wick.nn.Linear(3, 4), wick.nn.ReLU(), wick.nn.Linear(4, 2))
    scripted = wick.jit.script(net)
    x = wick.tensor(X)
    found = wick.vmap(scripted)(x)
    assert agree(found, net(x)) and found.requires_grad


def test_printing(t):
    import io
    out = io.StringIO()
    t.vmap(lambda row: print(row, file=out) or row)(t.ones(2, 2))
    assert out.getvalue() == "BatchedTensor(lvl=1, bdim=0, value=\n    tensor([[1., 1.],\n            [1., 1.]])\n)\n"
