"""wick.jit.freeze and what belongs to it; inlined_graph."""
import io
import re

import pytest

import wick
from wick import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 2)
        self.bn = nn.BatchNorm2d(2)
        self.scale = 3
        self.fc = nn.Linear(3, 3)
        self.drop = nn.Dropout(0.5)
        self.register_buffer("calls", wick.zeros(1))

    def forward(self, x):
        self.calls.add_(1)
        return self.fc(self.drop(self.bn(self.conv(x)) * self.scale))

    @wick.jit.export
    def other(self, x):
        return self.fc(x)


def scripted():
    net = Net()
    with wick.no_grad():
        net.bn.running_mean.copy_(wick.randn(2))
        net.bn.running_var.copy_(wick.rand(2) + 0.5)
    return wick.jit.script(net.eval())


def test_attributes_become_constants():
    net, x = scripted(), wick.randn(1, 1, 4, 4)
    frozen = wick.jit.freeze(net, optimize_numerics=False)
    assert list(frozen.state_dict()) == ["calls"]  # which forward changes
    assert not hasattr(frozen, "training") and not hasattr(frozen, "other") and not hasattr(frozen, "fc")
    assert "CallMethod" not in str(frozen.graph) and "batch_norm" in str(frozen.graph)
    assert "dropout" not in str(frozen.graph)
    assert frozen.original_name == "Net"
    assert wick.allclose(frozen(x), net(x))
    # The module itself is what it was.
    assert "fc.weight" in net.state_dict() and "CallMethod" in str(net.graph)


class Arithmetic(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.fc, self.bn = nn.Conv1d(2, 3, 2), nn.Linear(9, 4), nn.BatchNorm1d(4)
        self.register_buffer("scales", wick.rand(1, 3, 1) + 0.5)

    def forward(self, x):
        y = ((self.conv(x) * self.scales + 0.25) / 3 - self.scales).flatten(1)
        return self.bn(self.fc(y))


def test_arithmetic_and_batch_norm_go_into_the_weights():
    net = Arithmetic()
    with wick.no_grad():
        net.bn.running_mean.copy_(wick.randn(4))
        net.bn.running_var.copy_(wick.rand(4) + 0.5)
    net, x = wick.jit.script(net.eval()), wick.randn(5, 2, 4)
    frozen = wick.jit.freeze(net)
    assert not re.search(r"aten::(batch_norm|mul|div|add|sub)\(", str(frozen.graph))
    assert wick.allclose(frozen(x), net(x), atol=1e-5)


def test_batch_norm_goes_into_the_convolution():
    net, x = scripted(), wick.randn(2, 1, 4, 4)
    frozen = wick.jit.freeze(net)
    assert "batch_norm" not in str(frozen.graph) and str(frozen.graph).count("aten::conv2d") == 1
    assert wick.allclose(frozen(x), net(x), atol=1e-5)
    later = wick.jit.freeze(net, optimize_numerics=False)
    wick.jit.run_frozen_optimizations(later)
    assert later.code == frozen.code


def test_what_is_preserved():
    net = scripted()
    frozen = wick.jit.freeze(net, ["other", "scale"])
    assert frozen.scale == 3
    assert "scale = self.scale" in frozen.code
    x = wick.randn(2, 3)
    assert wick.equal(frozen.other(x), net.other(x))
    frozen.scale = 0
    assert wick.allclose(frozen(wick.randn(1, 1, 4, 4)), net.fc.bias.expand(1, 2, 3, 3))


def test_mistakes():
    with pytest.raises(RuntimeError, match="Unknown name: zzz"):
        wick.jit.freeze(scripted(), ["zzz"])
    with pytest.raises(RuntimeError, match="Freezing is currently only implemented for modules in eval mode"):
        wick.jit.freeze(wick.jit.script(Net()))
    with pytest.raises(RuntimeError, match="Freezing expects a ScriptModule as input"):
        wick.jit.freeze(Net())


def test_attributes_that_are_assigned_stay():
    class Assigns(nn.Module):
        def __init__(self):
            super().__init__()
            self.count = 0
            self.step = 2
            self.last = wick.zeros(1)

        def forward(self, x):
            self.count += self.step
            self.last = x
            return x + self.count

    frozen = wick.jit.freeze(wick.jit.script(Assigns().eval()))
    assert frozen(wick.zeros(1)).item() == 2 and frozen(wick.zeros(1)).item() == 4
    assert frozen.count == 4 and not hasattr(frozen, "step")


def test_views_that_are_changed_stay():
    class Table(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("table", wick.zeros(3, 2))
            self.register_buffer("fixed", wick.ones(2))

        def forward(self, x):
            row = self.table[1]
            row += x
            return self.table.sum() + self.fixed.sum()

    frozen = wick.jit.freeze(wick.jit.script(Table().eval()))
    assert list(frozen.state_dict()) == ["table"]
    assert [frozen(wick.ones(2)).item() for _ in range(2)] == [4, 6]


def test_optimize_for_inference():
    net, x, y = scripted(), wick.randn(1, 1, 4, 4), wick.randn(2, 3)
    fast = wick.jit.optimize_for_inference(net, ["other"])
    assert "batch_norm" not in str(fast.graph)
    assert wick.allclose(fast(x), net(x), atol=1e-5)
    assert wick.equal(fast.other(y), net.other(y))


def test_a_frozen_trace():
    net = nn.Sequential(nn.Conv1d(2, 3, 2), nn.BatchNorm1d(3)).eval()
    x = wick.randn(1, 2, 5)
    frozen = wick.jit.freeze(wick.jit.trace(net, x))
    assert "batch_norm" not in str(frozen.graph)
    assert wick.allclose(frozen(x), net(x), atol=1e-6)


def test_pytorch_runs_the_archive(torch):
    net, x = scripted(), wick.randn(1, 1, 4, 4)
    loaded = torch.jit.load(io.BytesIO(wick.jit.freeze(net).save_to_buffer()))
    given = loaded(torch.from_numpy(x.numpy()))
    assert wick.allclose(wick.from_numpy(given.detach().numpy()), net(x), atol=1e-5)


def test_inlined_graph(torch):
    """The nodes are PyTorch's. It folds constants in each callee, so theirs may stand earlier."""

    class Plain(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(1, 2, 2)
            self.fc = nn.Linear(3, 3)

        def forward(self, x):
            return self.fc(self.conv(x))

    archive = wick.jit.script(Plain()).save_to_buffer()

    def nodes(graph):
        return sorted(re.sub(r"%[\w.]+", "%", line.split(" # ")[0]) for line in str(graph).strip().splitlines())

    ours = wick.jit.load(io.BytesIO(archive)).inlined_graph
    assert nodes(ours) == nodes(torch.jit.load(io.BytesIO(archive)).inlined_graph)


def test_inlined_graph_of_a_function():
    def double(x):
        return x * 2

    def quadruple(x):
        return double(double(x))

    graph = str(wick.jit.script(quadruple).inlined_graph)
    assert graph.count("aten::mul") == 2 and "CallFunction" not in graph
