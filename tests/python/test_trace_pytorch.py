"""Traces of modules of an installed PyTorch, without torch.jit."""
import pytest

import wick

torch = pytest.importorskip("torch")


def of_wick(tensor):
    return wick.from_dlpack(tensor.detach())


def close(ours, theirs):
    if isinstance(theirs, (tuple, list)):
        return len(ours) == len(theirs) and all(map(close, ours, theirs))
    return torch.allclose(torch.from_dlpack(ours.detach()), theirs.detach(), atol=1e-5)


class Net(torch.nn.Module):
    """Calls by function, method and operator, a module that is called twice, branches and loops of Python."""

    def __init__(self):
        super().__init__()
        self.first = torch.nn.Linear(4, 4)
        self.norm = torch.nn.BatchNorm1d(4)
        self.twice = torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.GELU())
        self.register_buffer("shift", torch.arange(4.0))

    def forward(self, x):
        y = self.norm(torch.nn.functional.relu(self.first(x))) + self.shift
        for _ in range(2):
            y = self.twice(y)
        if y.dim() == 2 and y.dtype == torch.float32 and y.shape[1] == 4:
            y = torch.cat([y, torch.zeros(x.shape[0], 2)], 1)
        y[:, 0] += 1
        return y.view(x.size(0), -1).softmax(-1) * 2.0, (y[:, :2].sum(), 1 - y.t())


def test_a_module_of_ones_own(tmp_path):
    net = Net().eval()
    traced = wick.jit.trace(net, torch.randn(3, 4))
    for rows in (3, 5):  # sizes are not constants
        x = torch.randn(rows, 4)
        assert close(traced(of_wick(x)), net(x))
    assert "(self.first).forward(x, )" in traced.code and "forward1" in traced.code
    assert list(traced.state_dict()) == list(net.state_dict())
    traced.save(str(tmp_path / "net.pt"))
    assert close([v for v in wick.jit.load(str(tmp_path / "net.pt"))(of_wick(x))[:1]], [net(x)[0]])


class Indexed(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.table = torch.nn.Parameter(torch.rand(5, 3))
        self.register_buffer("places", torch.tensor([4, 0, 2]))

    def forward(self, x):
        return x + self.table[self.places] * self.table[1:2] + self.places[...][None] + self.table[self.places[0]]


def test_what_indexes_a_parameter_is_recorded():
    net = Indexed()
    traced = wick.jit.trace(net, torch.ones(3, 3))
    with torch.no_grad():
        net.table.mul_(2)
        net.places.add_(-torch.tensor([1, 0, 1]))
    x = torch.rand(3, 3)
    assert close(traced(of_wick(x)), net(x))
    assert "__getitem__" not in vars(torch.Tensor) or torch.__version__ >= "2"


def test_parameters_are_not_copied():
    net = torch.nn.Linear(2, 2)
    traced = wick.jit.trace(net, torch.ones(1, 2))
    assert traced.weight.data_ptr() == net.weight.data_ptr() and traced.weight.requires_grad
    with torch.no_grad():
        net.weight.zero_()
        net.bias.fill_(3)
    assert traced(wick.ones(1, 2)).tolist() == [[3, 3]]
    traced(wick.ones(1, 2)).sum().backward()
    assert traced.bias.grad.tolist() == [1, 1] and net.bias.grad is None


@pytest.mark.parametrize("make, inputs", [
    (lambda nn: nn.LSTM(3, 4, 2, bidirectional=True), [(5, 2, 3)]),
    (lambda nn: nn.GRU(3, 4, batch_first=True), [(2, 5, 3)]),
    (lambda nn: nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, batch_first=True), 2), [(2, 3, 4)]),
    (lambda nn: nn.MultiheadAttention(4, 2), [(5, 2, 4)] * 3),
    (lambda nn: nn.Conv2d(2, 3, 3, padding=1, padding_mode="circular"), [(1, 2, 5, 5)]),
    (lambda nn: nn.utils.parametrizations.weight_norm(nn.Linear(3, 2)), [(1, 3)]),
    (lambda nn: nn.Sequential(nn.Conv2d(1, 4, 3), nn.MaxPool2d(2), nn.Flatten(), nn.Dropout(), nn.Linear(36, 2)), [(2, 1, 8, 8)]),
    (lambda nn: nn.Sequential(nn.Upsample(scale_factor=2), nn.ConvTranspose2d(1, 2, 2), nn.InstanceNorm2d(2)), [(1, 1, 3, 3)]),
], ids=["LSTM", "GRU", "TransformerEncoder", "MultiheadAttention", "Conv2d", "weight_norm", "CNN", "Upsample"])
def test_layers(make, inputs):
    net = make(torch.nn).eval()
    examples = [torch.randn(size) for size in inputs]
    traced = wick.jit.trace(net, tuple(examples))
    with torch.no_grad():
        assert close(traced(*map(of_wick, examples)), net(*examples))


def test_values_in_containers_and_other_methods():
    class Both(torch.nn.Module):
        def forward(self, pair, scale):
            return {"sum": pair[0] + pair[1], "scaled": pair[0] * scale}

        def twice(self, x):
            return x * 2

    a, b = torch.ones(2), torch.full((2,), 3.0)
    traced = wick.jit.trace(Both(), ((a, b), torch.tensor(2.0)), strict=False)
    found = traced((wick.ones(2), wick.ones(2)), wick.tensor(5.0))
    assert found["sum"].tolist() == [2, 2] and found["scaled"].tolist() == [5, 5]
    assert wick.jit.trace_module(Both(), {"twice": a}).twice(wick.ones(1)).tolist() == [2]


def test_what_depends_on_numbers_warns():
    class Branches(torch.nn.Module):
        def forward(self, x):
            return x * 2 if x.sum() > 0 else x

    with pytest.warns(wick.jit.TracerWarning, match="Converting a tensor to a Python boolean"):
        wick.jit.trace(Branches(), torch.ones(2))


def test_modules_are_left_as_they_were():
    net = Net().eval()
    x = torch.randn(2, 4)
    before = net(x)[0]
    wick.jit.trace(net, x)
    assert torch.equal(net(x)[0], before) and not torch.nn.modules.module._global_forward_hooks

    class Asks(torch.nn.Module):
        def forward(self, x):
            return torch.ops.aten.sin(x) if False else torch.nothing_of_the_kind(x)

    with pytest.raises(AttributeError):
        wick.jit.trace(Asks(), x)
    assert not torch.nn.modules.module._global_forward_pre_hooks and not wick.jit.is_tracing()
