"""wick.jit.trace: programs that are recorded while they run; what PyTorch makes of their archives."""
import io
import re
import sys
import warnings

import pytest

import wick
from wick import nn


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)
        self.register_buffer("shift", wick.ones(4))

    def forward(self, x):
        return x + wick.relu(self.fc(x)) * self.shift


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([Residual(), Residual()])
        self.shared = nn.Linear(4, 2)
        self.unused = nn.Linear(3, 3)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.shared(x) + self.shared(x * 2)

    def twice(self, x):
        return self.forward(x) * 2


def same_in_pytorch(traced, torch, *inputs):
    """What PyTorch computes with the archive, as wick's tensor."""
    archive = io.BytesIO()
    wick.jit.save(traced, archive)
    archive.seek(0)
    loaded = torch.jit.load(archive)
    return loaded(*[torch.from_numpy(one.detach().numpy()) for one in inputs])


def test_a_function():
    def f(x, y):
        return wick.relu(x + y) * 2

    x, y = wick.randn(2, 3), wick.randn(2, 3)
    traced = wick.jit.trace(f, (x, y))
    assert isinstance(traced, wick.jit.ScriptFunction)
    assert traced.name == "f"
    assert traced.code == (
        "def f(x,\n    y: Tensor) -> Tensor:\n  _0 = torch.mul(torch.relu(torch.add(x, y)), 2)\n  return _0\n"
    )
    a, b = wick.randn(5, 1), wick.randn(5, 7)
    assert wick.equal(traced(a, b), f(a, b))


def test_a_module_keeps_its_tree():
    net = Net()
    x = wick.randn(3, 4)
    traced = wick.jit.trace(net, x)
    assert list(traced.state_dict()) == list(net.state_dict())
    assert [name for name, _ in traced.named_modules()] == [name for name, _ in net.named_modules()]
    assert traced.original_name == "Net"
    other = wick.randn(6, 4)
    assert wick.equal(traced(other), net(other))
    assert 'prim::CallMethod[name="forward1"]' in str(traced.graph)  # the second call of one module
    assert "CallMethod" not in str(traced.inlined_graph)
    # The parameters are the module's own.
    with wick.no_grad():
        net.shared.weight.zero_()
    assert wick.equal(traced(other), net(other))


def test_code_of_a_module():
    traced = wick.jit.trace(nn.Sequential(nn.Linear(4, 3), nn.ReLU()), wick.randn(2, 4))
    assert '(getattr(self, "1")).forward((getattr(self, "0")).forward(input, ), )' in traced.code
    assert traced[0].code.startswith("def forward(self,\n    argument_1: Tensor) -> Tensor:\n")
    assert "torch.linear(argument_1, self.weight, _0)" in traced[0].code


def test_pytorch_runs_the_archive(torch):
    net, x = Net(), wick.randn(5, 4)
    traced = wick.jit.trace(net, wick.randn(3, 4))
    given = same_in_pytorch(traced, torch, x)
    assert wick.allclose(wick.from_numpy(given.detach().numpy()), net(x), atol=1e-6)


def test_several_methods():
    net, x = Net(), wick.randn(3, 4)
    traced = wick.jit.trace_module(net, {"forward": x, "twice": x})
    other = wick.randn(2, 4)
    assert wick.equal(traced(other), net(other))
    assert wick.equal(traced.twice(other), net.twice(other))


def test_sizes_stay_symbolic():
    def f(x):
        n, m = x.shape[0], x.size(1)
        grown = wick.zeros(n + 1, m // 2)
        return x.reshape(n, m // 2, -1).sum(), x[: n - 1], grown, x.view(-1, x.numel() // x.size(0))

    traced = wick.jit.trace(f, wick.randn(3, 4))
    x = wick.randn(5, 8)
    for result, expected in zip(traced(x), f(x)):
        assert wick.equal(result, expected)
    assert "torch.size(x, 0)" in traced.code


def test_in_place_operators_and_views():
    def f(x):
        y = x * 1
        y[0] = 3
        y[:, 1] += 5
        y.add_(x)
        a, b = y.chunk(2, dim=1)
        b.mul_(2)
        return y, wick.cat([a, b], 1)

    traced = wick.jit.trace(f, wick.randn(3, 4))
    x = wick.randn(2, 6)
    for result, expected in zip(traced(x), f(x)):
        assert wick.equal(result, expected)


def test_a_buffer_that_is_changed():
    class Counter(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("calls", wick.zeros(()))

        def forward(self, x):
            self.calls.add_(1)
            return x + self.calls

    traced = wick.jit.trace(Counter(), wick.zeros(2), check_trace=False)
    before = traced.calls.item()
    traced(wick.zeros(2))
    assert traced.calls.item() == before + 1


def test_containers():
    def f(pair, named):
        a, b = pair
        return {"sum": a + b, "scaled": named["x"] * 2}

    pair, named = (wick.randn(2), wick.randn(2)), {"x": wick.randn(2), "y": wick.randn(2)}
    with pytest.raises(RuntimeError, match="Encountering a dict at the output of the tracer"):
        wick.jit.trace(f, (pair, named))
    traced = wick.jit.trace(f, (pair, named), strict=False)
    expected = f(pair, named)
    result = traced(pair, named)
    assert result.keys() == expected.keys() and all(wick.equal(result[key], expected[key]) for key in result)


def test_compiled_functions_in_a_trace():
    @wick.jit.script
    def positive_part(x):
        if bool(x.sum() > 0):
            y = x
        else:
            y = wick.zeros_like(x)
        return y

    traced = wick.jit.trace(lambda x: positive_part(x) + 1, wick.ones(2))
    assert wick.equal(traced(-wick.ones(2)), wick.ones(2))
    assert "positive_part" in str(traced.graph)


@wick.jit.script_if_tracing
def count_down(x):
    while bool(x.sum() > 0):
        x = x - 1
    return x


def test_script_if_tracing():
    traced = wick.jit.trace(lambda x: count_down(x), wick.ones(1))
    assert traced(wick.full((1,), 5.0)).item() == 0
    assert count_down(wick.full((1,), 3.0)).item() == 0


def test_compiled_modules_in_a_trace():
    class Outer(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = wick.jit.script(nn.Linear(3, 3))

        def forward(self, x):
            return wick.relu(self.inner(x))

    outer, x = Outer(), wick.randn(2, 3)
    traced = wick.jit.trace(outer, x)
    assert wick.equal(traced(x), outer(x))
    assert list(traced.state_dict()) == ["inner.weight", "inner.bias"]


@pytest.mark.parametrize(
    "convert, becomes",
    [(bool, "a Python boolean"), (float, "a Python float"), (int, "a Python integer"), (lambda x: x.item(), "a Python number")],
)
def test_warnings_of_lost_values(convert, becomes):
    def f(x):
        return x * 2 if convert(x.sum()) else x

    with pytest.warns(wick.jit.TracerWarning, match=f"Converting a tensor to {becomes} might cause the trace to be incorrect"):
        wick.jit.trace(f, wick.ones(3))


def test_nothing_is_recorded_outside():
    assert not wick.jit.is_tracing()
    seen = []
    wick.jit.trace(lambda x: (seen.append(wick.jit.is_tracing()), x + 1)[1], wick.ones(1), check_trace=False)
    assert seen == [True] and not wick.jit.is_tracing()
    with pytest.raises(ValueError, match="on purpose"):
        wick.jit.trace(raises, wick.ones(1))
    assert not wick.jit.is_tracing()


def raises(x):
    raise ValueError("on purpose")


def test_the_check_finds_differences():
    calls = []

    def changes(x):
        calls.append(1)
        return x + 1 if len(calls) % 2 else x * 2

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(wick.jit.TracingCheckError, match="Graphs differed across invocations"):
            wick.jit.trace(changes, wick.ones(2))

    def depends(x):
        return x * 2 if x.sum() > 0 else x * 3

    with pytest.warns(wick.jit.TracerWarning, match="Output nr. 1. of the traced function does not match"):
        wick.jit.trace(depends, wick.ones(2), check_inputs=[(-wick.ones(2),)])


def test_what_cannot_be_traced():
    with pytest.raises(RuntimeError, match="Only tensors, lists, tuples of tensors"):
        wick.jit.trace(lambda x: 3, wick.ones(1))
    with pytest.raises(RuntimeError, match="did not have observable data dependence with trace inputs"):
        wick.jit.trace(lambda x: wick.tensor([1.0]), wick.ones(1))
    with pytest.raises(RuntimeError, match="cannot be traced"):
        wick.jit.trace(lambda x, n: x * n, (wick.ones(1), 3))
    weight = wick.ones(2, requires_grad=True)
    with pytest.raises(RuntimeError, match="Cannot insert a Tensor that requires grad as a constant"):
        wick.jit.trace(lambda x: x * weight, wick.ones(2))


def test_gradients_of_a_trace():
    net, x = Net(), wick.randn(3, 4)
    traced = wick.jit.trace(net, x)
    traced(x).sum().backward()
    found = net.shared.weight.grad.clone()
    net.zero_grad()
    net(x).sum().backward()
    assert wick.allclose(found, net.shared.weight.grad)


@pytest.mark.parametrize(
    "make, shape, other",
    [
        (lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(36, 5)), (2, 3, 8, 8), (4, 3, 8, 8)),
        (lambda: nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), (2, 5, 8), (3, 7, 8)),
        (lambda: nn.Sequential(nn.LayerNorm(6), nn.Dropout(0.5), nn.Identity(), nn.GELU()), (2, 6), (3, 6)),
    ],
)
def test_layers(make, shape, other):
    net = make().eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", wick.jit.TracerWarning)
        traced = wick.jit.trace(net, wick.randn(*shape))
    x = wick.randn(*other)
    assert wick.allclose(traced(x), net(x), atol=1e-6)
    loaded = wick.jit.load(io.BytesIO(traced.save_to_buffer()))
    assert wick.equal(loaded(x), traced(x))
    try:
        import torch
    except ImportError:
        return
    assert wick.allclose(wick.from_numpy(same_in_pytorch(traced, torch, x).detach().numpy()), net(x), atol=1e-5)


def test_a_graph_tells_what_was_seen_and_where():
    def double(x):
        return x * 2

    line = double.__code__.co_firstlineno + 1
    graph = str(wick.jit.trace(double, wick.ones(1, 3)).graph)
    seen = "Float(1, 3, strides=[3, 1], requires_grad=0, device=cpu)"
    assert f"%x : {seen})" in graph
    assert re.search(rf": {re.escape(seen)} = aten::mul\(.*\) # .*test_trace\.py:{line}:0\n", graph)


def test_programs_may_have_wick_under_pytorchs_name(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", wick)
    net = wick.nn.Sequential(wick.nn.Linear(3, 2), wick.nn.ReLU())
    x = wick.randn(4, 3)
    for compiled in (wick.jit.trace(net, x), wick.jit.script(net)):
        assert wick.equal(compiled(x), net(x))
