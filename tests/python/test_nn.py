"""wick.nn: layers in Python, their texts and their numbers."""
import collections
import copy
import pickle
import re

import pytest

import wick
from wick import nn

LAYERS = [
    ("Linear(3, 4)", (2, 3)), ("Linear(3, 4, bias=False)", (2, 3)), ("Identity()", (2, 3)), ("ReLU()", (2, 3)), ("ReLU(inplace=True)", (2, 3)),
    ("ReLU6()", (2, 3)), ("Hardtanh(-2.0, 2.0)", (2, 3)), ("LeakyReLU(0.1)", (2, 3)), ("ELU()", (2, 3)), ("GELU()", (2, 3)), ("GLU()", (2, 4)),
    ("SiLU()", (2, 3)), ("Softplus()", (2, 3)), ("Softmax(dim=1)", (2, 3)), ("LogSoftmax(1)", (2, 3)), ("PReLU()", (2, 3)), ("Hardshrink()", (2, 3)),
    ("Threshold(0.1, 20.0)", (2, 3)), ("Conv1d(3, 4, 2)", (2, 3, 8)), ("Conv2d(1, 4, 3, padding=1, stride=2)", (2, 1, 8, 8)),
    ("Conv2d(4, 4, 3, groups=2, bias=False, padding_mode='reflect', padding='same')", (2, 4, 8, 8)), ("Conv3d(1, 2, 2, dilation=2)", (1, 1, 5, 5, 5)),
    ("ConvTranspose2d(2, 3, 3, output_padding=1, stride=2)", (1, 2, 4, 4)), ("BatchNorm1d(3)", (4, 3)), ("BatchNorm2d(3, affine=False)", (2, 3, 4, 4)),
    ("InstanceNorm2d(3)", (2, 3, 4, 4)), ("LayerNorm(3)", (2, 3)), ("LayerNorm((2, 3), elementwise_affine=False)", (4, 2, 3)), ("GroupNorm(2, 4)", (2, 4, 3)),
    ("RMSNorm(3)", (2, 3)), ("LocalResponseNorm(2)", (1, 4, 3)), ("MaxPool2d(2)", (1, 2, 4, 4)), ("AvgPool2d(2, padding=1)", (1, 2, 4, 4)),
    ("AvgPool1d(2)", (1, 2, 4)), ("LPPool2d(2, (2, 2))", (1, 2, 4, 4)), ("AdaptiveAvgPool2d((1, 1))", (1, 2, 4, 4)), ("AdaptiveMaxPool1d(2)", (1, 2, 5)),
    ("ZeroPad2d(1)", (1, 2, 3, 3)), ("ConstantPad1d(1, 2.5)", (1, 2, 3)), ("ReflectionPad2d((1, 0, 1, 0))", (1, 2, 3, 3)), ("ReplicationPad1d(2)", (1, 2, 3)),
    ("Flatten()", (2, 3, 4)), ("Unflatten(1, (2, 2))", (3, 4)), ("Upsample(scale_factor=2)", (1, 2, 3, 3)), ("PixelShuffle(2)", (1, 4, 2, 2)),
    ("ChannelShuffle(2)", (1, 4, 2, 2)), ("Fold((4, 4), 2)", (1, 4, 9)), ("Unfold(2)", (1, 1, 4, 4)), ("LSTM(3, 4, num_layers=2, batch_first=True)", (2, 5, 3)),
    ("GRU(3, 4, bidirectional=True)", (5, 2, 3)), ("RNNCell(3, 4)", (2, 3)), ("GRUCell(3, 4, bias=False)", (2, 3)), ("Softmin(1)", (2, 3)),
    ("Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Sequential(nn.Linear(4, 2)))", (2, 3)), ("TransformerEncoderLayer(4, 2, 8, dropout=0.0, batch_first=True)", (2, 3, 4)),
]


def first(result):
    return first(result[0]) if isinstance(result, tuple) else result


@pytest.mark.parametrize("text, shape", LAYERS)
def test_layers_are_pytorchs(text, shape, torch):
    wick.manual_seed(1)
    torch.manual_seed(1)
    ours = eval("nn." + text, {"nn": nn})
    theirs = eval("nn." + text, {"nn": torch.nn})
    assert repr(ours) == repr(theirs)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    x = torch.randn(shape)
    with torch.no_grad():
        expected = first(theirs(x.clone()))
    got = first(ours(wick.from_dlpack(x.clone())))
    assert torch.allclose(torch.from_dlpack(got.detach()), expected, atol=1e-5)
    scripted = first(wick.jit.script(ours)(wick.from_dlpack(x.clone())))
    assert torch.allclose(torch.from_dlpack(scripted.detach()), expected, atol=1e-5)


def test_embedding(torch):
    ours, theirs = nn.Embedding(10, 3, padding_idx=1), torch.nn.Embedding(10, 3, padding_idx=1)
    assert repr(ours) == repr(theirs) == "Embedding(10, 3, padding_idx=1)"
    assert ours(wick.tensor([1, 2]))[0].tolist() == [0, 0, 0]


NET = """Sequential(
  (0): Linear(in_features=3, out_features=4, bias=True)
  (1): ReLU()
  (act): Dropout(p=0.5, inplace=False)
)"""


def test_text_of_a_net():
    net = nn.Sequential(collections.OrderedDict([("0", nn.Linear(3, 4)), ("1", nn.ReLU()), ("act", nn.Dropout())]))
    assert repr(net) == NET
    assert repr(net[0].weight).startswith("Parameter containing:\ntensor([[") and repr(net[0].weight).endswith("requires_grad=True)")


def test_containers_are_sliced():
    net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    assert repr(net[1:]) == "Sequential(\n  (1): ReLU()\n  (2): Linear(in_features=4, out_features=2, bias=True)\n)"
    assert net[-1] is net[2] and len(net[:2]) == 2 and list(net)[0] is net[0]
    layers = nn.ModuleList([nn.ReLU(), nn.Tanh()])
    layers.append(nn.ReLU())
    assert [type(layer).__name__ for layer in layers[1:]] == ["Tanh", "ReLU"]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 2)
        self.bias = nn.Parameter(wick.zeros(2))
        self.register_buffer("steps", wick.tensor(0))
        self.register_buffer("scratch", wick.zeros(1), persistent=False)
        self.blocks = nn.ModuleDict({"a": nn.ReLU()})

    def forward(self, x):
        return self.layer(x) + self.bias


def test_what_a_module_is_made_of():
    net = Net()
    assert [name for name, _ in net.named_parameters()] == ["bias", "layer.weight", "layer.bias"]
    assert [name for name, _ in net.named_modules()] == ["", "layer", "blocks", "blocks.a"]
    assert [name for name, _ in net.named_buffers()] == ["steps", "scratch"]
    assert list(net.state_dict()) == ["bias", "steps", "layer.weight", "layer.bias"]
    assert list(net.blocks) == ["a"] and "a" in net.blocks
    assert net.get_submodule("blocks.a") is net.blocks["a"] and len(list(net.children())) == 2
    del net.blocks
    assert not hasattr(net, "blocks")
    net.bias = None
    assert [name for name, _ in net.named_parameters()] == ["layer.weight", "layer.bias"]
    with pytest.raises(TypeError, match="cannot assign 'int' as child module 'layer'"):
        net.layer = 3
    with pytest.raises(AttributeError, match="'Net' object has no attribute 'nothing'"):
        net.nothing
    with pytest.raises(AttributeError, match=r"before Module.__init__\(\) call"):
        type("Early", (nn.Module,), {"__init__": lambda self: setattr(self, "x", nn.ReLU())})()


def test_modes_and_dtypes():
    net = Net()
    assert net.training and not net.eval().layer.training and net.train().layer.training
    weight = net.layer.weight
    assert net.double().layer.weight is weight and weight.dtype is wick.float64 and net.steps.dtype is wick.int64
    assert net(wick.ones(1, 2, dtype=wick.float64)).dtype is wick.float64
    assert net.to("cpu") is net and net.to(wick.float32).layer.weight.dtype is wick.float32
    assert all(not p.requires_grad for p in net.requires_grad_(False).parameters())
    seen = []
    net.apply(lambda module: seen.append(type(module).__name__))
    assert seen == ["Linear", "ReLU", "ModuleDict", "Net"]


def test_state_goes_from_module_to_module():
    one, other = Net(), Net()
    assert repr(other.load_state_dict(one.state_dict())) == "<All keys matched successfully>"
    assert other.layer.weight.tolist() == one.layer.weight.tolist()
    state = one.state_dict()
    state["more"] = state.pop("bias")
    with pytest.raises(RuntimeError, match='Unexpected key\\(s\\) in state_dict: "more"'):
        other.load_state_dict(state)
    state["layer.weight"] = wick.zeros(3, 3)
    with pytest.raises(RuntimeError, match="size mismatch for layer.weight"):
        other.load_state_dict(state, strict=False)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])
def test_copies(copied):
    net = Net()
    other = copied(net)
    assert isinstance(other.bias, nn.Parameter) and other.bias.requires_grad
    assert other.layer.weight.tolist() == net.layer.weight.tolist()
    other.layer.weight.data.zero_()
    assert net.layer.weight.abs().sum().item() > 0
    assert wick.jit.script(other)(wick.ones(1, 2)).tolist() == other(wick.ones(1, 2)).tolist()


def test_hooks():
    net = Net()
    handle = net.register_forward_hook(lambda module, args, result: result * 0)
    assert net(wick.ones(1, 2)).tolist() == [[0, 0]]
    handle.remove()
    before = net.register_forward_pre_hook(lambda module, args: (args[0] * 0,))
    assert net(wick.ones(1, 2)).tolist() == (net.layer.bias + net.bias)[None].tolist()
    before.remove()


def test_timers(capsys):
    with wick.utils.Benchmark("Without torchscript"):
        wick.ones(1)
    assert re.fullmatch(r"Without torchscript: \d+\.\d{4} sec\n", capsys.readouterr().out)
    timer = wick.utils.Timer()
    assert timer.stop() >= 0 and timer.sum() == sum(timer.times) and timer.avg() == timer.sum() / len(timer.times)

def test_lists_group_equal_layers(torch):
    make = lambda n: n.ModuleList([n.Linear(1, 1), n.Linear(1, 1), n.ReLU(), n.ModuleList(), n.Linear(1, 1)])
    assert repr(make(nn)) == repr(make(torch.nn))
    assert "(0-1): 2 x Linear(in_features=1, out_features=1, bias=True)" in repr(make(nn))


def test_adaptive_pools_keep_sizes_that_are_none(t):
    x = t.arange(32.0).view(1, 2, 4, 4)
    pooled = t.nn.AdaptiveAvgPool2d((None, 2))(x)
    assert pooled.shape == (1, 2, 4, 2) and t.equal(pooled, t.nn.functional.adaptive_avg_pool2d(x, (4, 2)))
    assert t.nn.AdaptiveMaxPool2d((1, None))(x).tolist() == x[:, :, 3:].tolist()
    assert t.nn.functional.adaptive_max_pool2d(x, output_size=(None, 1), return_indices=True)[1].shape == (1, 2, 4, 1)
    assert t.nn.functional.adaptive_avg_pool3d(x, (1, None, 2)).shape == (1, 1, 4, 2)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_cross_map_lrn(t, size):
    layer = t.nn.CrossMapLRN2d(size, alpha=0.5, beta=0.6, k=2)
    assert repr(layer) == f"CrossMapLRN2d({size}, alpha=0.5, beta=0.6, k=2)"
    x = t.arange(1.0, 15).view(1, 7, 2, 1)
    reach, expected = (size + 1) // 2, []
    for channel in range(7):
        # From the reach on, the first channel is in every sum.
        around = {c for c in range(7) if abs(c - channel) < reach} | ({0} if channel >= reach else set())
        expected.append(x[:, channel] * (2 + 0.5 / size * sum(x[:, c].square() for c in around)) ** -0.6)
    assert t.allclose(layer(x), t.stack(expected, 1))
    with pytest.raises(ValueError, match="Expected input to be 4D, got 3D"):
        layer(x[0])


def test_the_gradient_of_cross_map_lrn_is_its_derivative():
    layer = wick.nn.CrossMapLRN2d(3, alpha=0.5)
    assert wick.autograd.gradcheck(layer, wick.rand(1, 5, 2, 1, dtype=wick.float64, requires_grad=True))


def test_unpooling_takes_one_number_for_both_sizes(t):
    x = t.arange(16.0).view(1, 1, 4, 4)
    pooled, places = t.nn.functional.max_pool2d(x, 2, return_indices=True)
    back = t.nn.functional.max_unpool2d(pooled, places, 2)
    assert back.shape == x.shape and back[back > 0].tolist() == [5, 7, 13, 15]
