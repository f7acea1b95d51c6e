"""Modes that see the operators that are called, and what counts by them."""
import importlib

import pytest


def modes(t):
    return importlib.import_module(f"{t.__name__}.utils._python_dispatch")


def counter(t):
    return importlib.import_module(f"{t.__name__}.utils.flop_counter").FlopCounterMode


def log_of(t):
    class Log(modes(t).TorchDispatchMode):
        def __init__(self):
            super().__init__()
            self.seen = []

        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            self.seen.append((str(func), len(args), dict(kwargs or {})))
            return func(*args, **(kwargs or {}))

    return Log()


def test_operators_are_seen(t):
    x = t.ones(2, 3)
    log = log_of(t)
    with log:
        y = (x + x).mul_(x)
        y.sum(1, keepdim=True)
        t.zeros(2, dtype=t.float64)
        x.max(0)
        x.split(1)
    assert [name for name, _, _ in log.seen] == ["aten.add.Tensor", "aten.mul_.Tensor", "aten.sum.dim_IntList", "aten.zeros.default", "aten.max.dim",
                                                 "aten.split.Tensor"]
    assert log.seen[3][2]["dtype"] is t.float64 and y.tolist() == [[2, 2, 2], [2, 2, 2]]
    x + 1
    assert len(log.seen) == 6


def test_results_are_replaced(t):
    class Twice(modes(t).TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            made = func(*args, **(kwargs or {}))
            return made * 2 if func is t.ops.aten.exp.default else made

    x = t.zeros(2, requires_grad=True)
    with Twice():
        y = t.exp(x)
    assert y.tolist() == [2, 2]
    y.sum().backward()
    assert x.grad is not None

    class Fails(modes(t).TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"), Fails():
        t.ones(1).exp()
    assert t.ones(1).exp().item() > 2 and modes(t)._get_current_dispatch_mode() is None


def test_modes_are_nested(t):
    outer, inner = log_of(t), log_of(t)
    x = t.ones(2)
    with outer, inner:
        assert modes(t)._get_current_dispatch_mode() is inner
        x.exp()
        with modes(t)._disable_current_modes():
            x.sin()
    assert [log.seen[0][0] for log in (outer, inner)] == ["aten.exp.default"] * 2 and len(outer.seen) == len(inner.seen) == 1


@pytest.mark.parametrize("name", ["linear", "convolution", "attention", "matmul"])
def test_counts(t, name):
    t.manual_seed(0)
    net, x = {"linear": (t.nn.Sequential(t.nn.Linear(8, 16), t.nn.ReLU(), t.nn.Linear(16, 4)), (5, 8)),
              "convolution": (t.nn.Sequential(t.nn.Conv2d(3, 8, 3, padding=1), t.nn.ReLU(), t.nn.Conv2d(8, 4, 3, stride=2, groups=2)), (2, 3, 9, 9)),
              "attention": (lambda q: t.nn.functional.scaled_dot_product_attention(q, q, q), (2, 3, 7, 8)),
              "matmul": (lambda a: (a @ a.transpose(-1, -2)) @ a, (3, 4, 5))}[name]
    expected = {"linear": (2 * 5 * 8 * 16 + 2 * 5 * 16 * 4), "convolution": 2 * 2 * 81 * 8 * 27 + 2 * 2 * 16 * 4 * 36, "attention": 2 * 2 * 6 * 49 * 8,
                "matmul": 2 * 3 * 4 * 5 * 4 * 2}[name]
    if name == "attention" and t.__name__ == "torch":
        pytest.skip("PyTorch has no formula for the CPU's attention")
    x = t.randn(*x)
    with counter(t)(display=False) as forward, t.no_grad():
        net(x)
    assert forward.get_total_flops() == expected
    if name in ("linear", "matmul"):
        with counter(t)(display=False) as both:
            net(x.requires_grad_()).sum().backward()
        assert both.get_total_flops() == 3 * expected


def test_counts_of_modules(t):
    net = t.nn.Sequential(t.nn.Linear(8, 16), t.nn.Linear(16, 4))
    with counter(t)(display=False) as found:
        net(t.ones(2, 8))
    counts = {name: sum(one.values()) for name, one in found.get_flop_counts().items()}
    assert counts["Global"] == 2 * 2 * (8 * 16 + 16 * 4) and counts["Sequential.0"] == 2 * 2 * 8 * 16 and counts["Sequential"] == counts["Global"]
    if t.__name__ == "wick":
        assert "Sequential" in found.get_table()
