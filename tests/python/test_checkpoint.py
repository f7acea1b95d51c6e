"""torch.utils.checkpoint: the same gradients with it and without, in wick and in PyTorch, where that is installed."""
import contextlib

import pytest

import wick


@pytest.fixture(params=["wick", "torch"])
def t(request):
    """wick, and PyTorch."""
    if request.param == "wick":
        import wick.utils.checkpoint

        return wick
    torch = pytest.importorskip("torch")
    import torch.utils.checkpoint

    return torch


def checkpoint(t, function, *args, **kwargs):
    return t.utils.checkpoint.checkpoint(function, *args, use_reentrant=False, **kwargs)


def network(t):
    t.manual_seed(1)
    return t.nn.Sequential(t.nn.Linear(3, 8), t.nn.Tanh(), t.nn.Linear(8, 2)).double()


def gradients(net, *tensors):
    found = [v.grad.reshape(-1).tolist() for v in (*net.parameters(), *tensors)]
    for v in (*net.parameters(), *tensors):
        v.grad = None
    return found


def test_gradients_are_those_without(t):
    net = network(t)
    for requires_grad in (True, False):
        x = t.rand(4, 3, dtype=t.float64).requires_grad_(requires_grad)
        inputs = [x] if requires_grad else []
        net(x).square().sum().backward()
        expected = gradients(net, *inputs)
        calls = []
        y = checkpoint(t, lambda x: calls.append(1) or net(x), x)
        assert y.requires_grad and y.tolist() == net(x).tolist()
        y.square().sum().backward()
        assert gradients(net, *inputs) == expected and len(calls) == 2


def test_grad_and_second_order(t):
    net = network(t)
    x = t.rand(4, 3, dtype=t.float64, requires_grad=True)

    def run(function):
        slope, = t.autograd.grad(function(x).sum(), x, create_graph=True)
        return [g.reshape(-1).tolist() for g in t.autograd.grad(slope.square().sum(), [x, net[0].weight, net[2].weight])]

    for a, b in zip(run(net), run(lambda x: checkpoint(t, net, x))):
        assert a == pytest.approx(b)


def test_random_numbers_are_drawn_again(t):
    x = t.ones(100, requires_grad=True)
    t.manual_seed(3)
    y = checkpoint(t, lambda x: t.nn.functional.dropout(x, 0.5), x)
    after = t.rand(1).item()
    t.manual_seed(3)
    t.nn.functional.dropout(x, 0.5)
    assert t.rand(1).item() == after
    y.sum().backward()
    assert x.grad.tolist() == y.tolist()


def test_nested_values_and_keywords(t):
    a, b = (t.tensor([v], requires_grad=True) for v in (2.0, 3.0))

    def function(a, pair, *, scale):
        assert pair[1] == "text"
        return a * pair[0] * scale, a.detach(), pair[0]

    product, fixed, same = checkpoint(t, function, a, (b, "text"), scale=2)
    assert not fixed.requires_grad and same.tolist() == [3]
    (product + same).backward()
    assert a.grad.tolist() == [6] and b.grad.tolist() == [5]


def test_contexts_of_both_calls(t):
    seen = []

    @contextlib.contextmanager
    def named(name):
        seen.append(name)
        yield

    x = t.ones(2, requires_grad=True)
    checkpoint(t, lambda x: x.exp(), x, context_fn=lambda: (named("first"), named("second"))).sum().backward()
    assert seen == ["first", "second"]


def test_without_gradients(t):
    net = network(t)
    with t.no_grad():
        assert not checkpoint(t, net, t.ones(1, 3, dtype=t.float64)).requires_grad
    x = t.ones(3)
    assert not checkpoint(t, lambda x: x * 2, x).requires_grad


def test_checkpoints_in_checkpoints(t):
    net = network(t)
    x = t.rand(4, 3, dtype=t.float64, requires_grad=True)
    net(net(x).sum() * x).sum().backward()
    expected = gradients(net, x)
    checkpoint(t, lambda x: checkpoint(t, net, net(x).sum() * x), x).sum().backward()
    for a, b in zip(gradients(net, x), expected):
        assert a == pytest.approx(b)


def test_sequences(t):
    net = network(t)
    x = t.rand(4, 3, dtype=t.float64, requires_grad=True)
    net(x).sum().backward()
    expected = gradients(net, x)
    for segments in (1, 2, 3):
        t.utils.checkpoint.checkpoint_sequential(net, segments, x, use_reentrant=False).sum().backward()
        assert gradients(net, x) == expected


def test_activations_are_not_kept():
    import wick.utils.checkpoint

    def bytes_alive(function):
        # What a function of Python sees of memory: a tensor that its closure would keep.
        import gc
        import weakref

        alive = []

        class Keeps(wick.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                alive.append(weakref.ref(ctx))
                return x * 2

            @staticmethod
            def backward(ctx, grad):
                return grad * 2

        x = wick.ones(2, requires_grad=True)
        y = function(lambda x: Keeps.apply(x), x)
        gc.collect()
        kept = [ref() is not None for ref in alive]
        y.sum().backward()
        assert x.grad.tolist() == [2, 2]
        return kept

    assert bytes_alive(lambda function, x: function(x)) == [True]
    assert bytes_alive(lambda function, x: wick.utils.checkpoint.checkpoint(function, x)) == [False]
