"""Layers in training: every layer's gradients beside PyTorch's, hooks of the backward pass, frozen and copied modules."""
import copy

import numpy as np
import pytest

import wick
from wick import nn

# Layers and how they are called: constructor's text, shapes of the arguments. Numbers of an embedding are given as data.
LAYERS = [
    ("Linear(5, 3)", (2, 5)), ("Bilinear(3, 4, 2)", (2, 3), (2, 4)), ("Identity()", (2, 3)),
    ("Conv1d(4, 6, 3, stride=2, padding=1, groups=2)", (2, 4, 9)), ("Conv2d(3, 4, 3, padding=1, dilation=2)", (2, 3, 8, 7)),
    ("Conv3d(2, 3, 2)", (1, 2, 4, 4, 4)), ("ConvTranspose1d(3, 2, 3, stride=2)", (2, 3, 5)),
    ("ConvTranspose2d(3, 2, 3, stride=2, output_padding=1)", (2, 3, 4, 4)), ("ConvTranspose3d(2, 2, 2)", (1, 2, 3, 3, 3)),
    ("BatchNorm1d(4)", (5, 4)), ("BatchNorm2d(3)", (2, 3, 4, 4)), ("BatchNorm3d(2)", (2, 2, 3, 3, 3)),
    ("InstanceNorm1d(3, affine=True)", (2, 3, 5)), ("InstanceNorm2d(3)", (2, 3, 4, 4)),
    ("LayerNorm((3, 4))", (2, 3, 4)), ("GroupNorm(2, 4)", (2, 4, 5)), ("RMSNorm(6)", (2, 6)),
    ("LocalResponseNorm(3)", (2, 5, 4, 4)),
    ("ReLU()", (3, 4)), ("ReLU6()", (3, 4)), ("LeakyReLU(0.1)", (3, 4)), ("PReLU(4)", (3, 4)), ("ELU()", (3, 4)), ("SELU()", (3, 4)),
    ("CELU(0.5)", (3, 4)), ("GELU()", (3, 4)), ("GELU(approximate='tanh')", (3, 4)), ("SiLU()", (3, 4)), ("Mish()", (3, 4)),
    ("Sigmoid()", (3, 4)), ("Tanh()", (3, 4)), ("Softplus(2.0)", (3, 4)), ("Softsign()", (3, 4)), ("Softshrink(0.3)", (3, 4)),
    ("Hardshrink(0.3)", (3, 4)), ("Hardsigmoid()", (3, 4)), ("Hardswish()", (3, 4)), ("Hardtanh()", (3, 4)), ("LogSigmoid()", (3, 4)),
    ("Tanhshrink()", (3, 4)), ("Threshold(0.1, 2.0)", (3, 4)), ("GLU()", (3, 4)), ("Softmax(1)", (3, 4)), ("LogSoftmax(1)", (3, 4)),
    ("Softmin(1)", (3, 4)), ("Softmax2d()", (2, 3, 4, 4)),
    ("MaxPool1d(2)", (2, 3, 8)), ("MaxPool2d(3, stride=2, padding=1)", (2, 3, 8, 8)), ("MaxPool3d(2)", (1, 2, 4, 4, 4)),
    ("AvgPool1d(2)", (2, 3, 8)), ("AvgPool2d(3, stride=2, padding=1)", (2, 3, 8, 8)), ("AvgPool3d(2)", (1, 2, 4, 4, 4)),
    ("AdaptiveAvgPool1d(3)", (2, 3, 8)), ("AdaptiveAvgPool2d((3, 2))", (2, 3, 8, 8)), ("AdaptiveAvgPool2d(1)", (2, 3, 8, 8)), ("AdaptiveAvgPool3d(2)", (1, 2, 4, 4, 4)), ("AdaptiveMaxPool2d(3)", (2, 3, 8, 8)),
    ("LPPool2d(2, 2)", (2, 3, 8, 8)),
    ("ReflectionPad2d(2)", (2, 3, 5, 5)), ("ReplicationPad2d(1)", (2, 3, 5, 5)), ("ZeroPad2d(1)", (2, 3, 5, 5)),
    ("ConstantPad1d(2, 0.5)", (2, 3, 5)), ("CircularPad1d(2)", (2, 3, 5)),
    ("Flatten()", (2, 3, 4)), ("Unflatten(1, (2, 3))", (2, 6)), ("PixelShuffle(2)", (1, 8, 3, 3)), ("PixelUnshuffle(2)", (1, 2, 4, 4)),
    ("ChannelShuffle(2)", (1, 4, 3, 3)), ("Fold((4, 5), 2)", (1, 8, 12)), ("Unfold(2)", (1, 2, 4, 5)),
    ("Upsample(scale_factor=2)", (1, 2, 3, 3)), ("Upsample(size=5, mode='linear')", (1, 2, 3)),
    ("Upsample(scale_factor=2, mode='bilinear', align_corners=True)", (1, 2, 3, 3)), ("UpsamplingBilinear2d(scale_factor=2)", (1, 2, 3, 3)),
    ("CosineSimilarity()", (3, 4), (3, 4)), ("PairwiseDistance()", (3, 4), (3, 4)),
    ("RNN(3, 4)", (5, 2, 3)), ("RNN(3, 4, nonlinearity='relu', num_layers=2)", (5, 2, 3)), ("LSTM(3, 4, num_layers=2, bidirectional=True)", (5, 2, 3)),
    ("GRU(3, 4, batch_first=True)", (2, 5, 3)), ("RNNCell(3, 4)", (2, 3), (2, 4)), ("LSTMCell(3, 4)", (2, 3)), ("GRUCell(3, 4)", (2, 3), (2, 4)),
    ("MultiheadAttention(8, 2)", (5, 2, 8), (4, 2, 8), (4, 2, 8)),
    ("TransformerEncoderLayer(8, 2, 16, dropout=0.0)", (5, 2, 8)), ("TransformerDecoderLayer(8, 2, 16, dropout=0.0)", (5, 2, 8), (4, 2, 8)),
    ("MSELoss()", (3, 4), (3, 4)), ("L1Loss()", (3, 4), (3, 4)), ("SmoothL1Loss()", (3, 4), (3, 4)), ("HuberLoss(delta=0.5)", (3, 4), (3, 4)),
    ("KLDivLoss(reduction='batchmean')", (3, 4), (3, 4)), ("BCEWithLogitsLoss()", (3, 4), (3, 4)), ("SoftMarginLoss()", (3, 4), (3, 4)),
    ("PoissonNLLLoss()", (3, 4), (3, 4)), ("TripletMarginLoss()", (3, 4), (3, 4), (3, 4)),
]


def run(lib, text, shapes, weights):
    layer = eval("lib.nn." + text)
    random = np.random.default_rng(1)
    state = layer.state_dict()
    for name in state:
        if state[name].is_floating_point():
            weights.setdefault(name, random.random(tuple(state[name].shape)) * 0.8 + 0.1)
            with lib.no_grad():
                state[name].copy_(lib.tensor(weights[name]))
    layer.double()
    inputs = [lib.tensor(random.standard_normal(shape)).requires_grad_() for shape in shapes]
    if text == "SoftMarginLoss()":
        inputs[1] = inputs[1].detach()
    results = flat(layer(*inputs), lib)
    loss = sum(((r - 0.3) * (r + 1)).sum() for r in results if r.is_floating_point())
    loss.backward()
    grads = {name: parameter.grad for name, parameter in layer.named_parameters()}
    return results, [i.grad for i in inputs], grads


def flat(results, lib):
    if isinstance(results, lib.Tensor):
        return [results]
    return [t for r in results if r is not None for t in flat(r, lib)]


@pytest.mark.parametrize("text, shapes", [(text, shapes) for text, *shapes in LAYERS], ids=[layer[0] for layer in LAYERS])
def test_gradients_of_layers(torch, text, shapes):
    weights = {}
    theirs, ours = run(torch, text, shapes, weights), run(wick, text, shapes, weights)
    for our, their in zip(ours[0] + ours[1], theirs[0] + theirs[1]):
        same(our, their)
    assert ours[2].keys() == theirs[2].keys()
    for name, their in theirs[2].items():
        same(ours[2][name], their)


def same(our, their):
    assert (our is None) == (their is None)
    if our is not None:
        np.testing.assert_allclose(our.detach().numpy(), their.detach().numpy(), rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("loss, target", [("CrossEntropyLoss(label_smoothing=0.1)", [0, 3, 1]), ("NLLLoss()", [0, 3, 1]),
                                          ("MultiMarginLoss()", [0, 3, 1])])
def test_gradients_of_losses_of_classes(torch, loss, target):
    found = []
    for lib in (wick, torch):
        x = lib.tensor(np.random.default_rng(0).standard_normal((3, 4))).requires_grad_()
        eval("lib.nn." + loss)(x, lib.tensor(target)).backward()
        found.append(x.grad)
    same(*found)


def test_gradients_of_embeddings(torch):
    table = np.random.default_rng(0).standard_normal((6, 3))
    for text in ("Embedding(6, 3, padding_idx=1)", "EmbeddingBag(6, 3, mode='mean')"):
        found = []
        for lib in (wick, torch):
            layer = eval("lib.nn." + text).double()
            layer.weight.data = lib.tensor(table)
            (layer(lib.tensor([[1, 2, 2], [0, 5, 1]])) ** 2).sum().backward()
            found.append(layer.weight.grad)
        same(*found)


def hooked(lib):
    """What hooks see of a module between two others."""
    seen = []
    net = lib.nn.Sequential(lib.nn.Linear(2, 2, bias=False), lib.nn.Sigmoid(), lib.nn.Linear(2, 1, bias=False))
    for layer, factor in ((net[0], 0.5), (net[2], 0.25)):
        layer.weight.data = lib.full_like(layer.weight, factor)
    net[1].register_full_backward_hook(lambda module, grad_input, grad_output: seen.append(
        [type(module).__name__, grad_input[0].tolist(), grad_output[0].tolist()]))
    handle = net[2].register_full_backward_hook(lambda module, grad_input, grad_output: (grad_input[0] * 2,))
    net[0].register_full_backward_pre_hook(lambda module, grad_output: (grad_output[0] + 1,))
    net[0].register_full_backward_hook(lambda module, grad_input, grad_output: seen.append([grad_input, grad_output[0].tolist()]))
    x = lib.tensor([[1.0, 2.0]])
    net(x).sum().backward()
    handle.remove()
    net(x).sum().backward()
    return seen, net[0].weight.grad.tolist()


def test_hooks_of_the_backward_pass():
    seen, grad = hooked(wick)
    assert [s[0] for s in seen] == ["Sigmoid", (None,), "Sigmoid", (None,)]
    np.testing.assert_allclose(seen[0][2], [[0.5, 0.5]])
    np.testing.assert_allclose(seen[2][2], [[0.25, 0.25]])
    np.testing.assert_allclose(np.array(seen[1][1]), np.array(seen[0][1]) + 1)
    assert np.array(grad).shape == (2, 2)


def test_hooks_of_the_backward_pass_see_what_pytorchs_see(torch):
    ours, theirs = hooked(wick), hooked(torch)
    assert [s[0] for s in ours[0]] == [s[0] for s in theirs[0]]
    for our, their in zip(ours[0], theirs[0]):
        np.testing.assert_allclose(our[-1], their[-1], rtol=1e-6)
    np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-6)


def test_hooks_of_forward_with_keywords():
    class Scale(nn.Module):
        def forward(self, x, factor=1.0):
            return x * factor

    scale, seen = Scale(), []
    scale.register_forward_pre_hook(lambda module, args, kwargs: (args, {"factor": kwargs["factor"] + 1}), with_kwargs=True)
    scale.register_forward_hook(lambda module, args, kwargs, result: seen.append(kwargs["factor"]), with_kwargs=True)
    scale.register_forward_hook(lambda module, args, result: seen.append("first"), prepend=True)
    assert scale(wick.ones(1), factor=2.0).item() == 3 and seen == ["first", 3.0]


def test_frozen_parameters_get_no_gradient():
    net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    net[0].requires_grad_(False)
    net(wick.ones(1, 2)).sum().backward()
    assert net[0].weight.grad is None and net[2].weight.grad is not None
    assert not net[0](wick.ones(1, 2)).requires_grad
    optimizer = wick.optim.SGD((p for p in net.parameters() if p.requires_grad), lr=0.1)
    before = net[0].weight.tolist()
    optimizer.step()
    assert net[0].weight.tolist() == before


def test_copies_and_states_are_leaves_of_their_own():
    net = nn.Linear(2, 1)
    net(wick.ones(1, 2)).sum().backward()
    twin = copy.deepcopy(net)
    assert twin.weight.requires_grad and twin.weight.is_leaf and twin.weight.grad is None
    twin(wick.ones(1, 2)).sum().backward()
    assert net.weight.grad.tolist() == [[1, 1]]
    state = net.state_dict()
    assert not state["weight"].requires_grad and net.state_dict(keep_vars=True)["weight"] is net.weight
    assert list(net.state_dict(prefix="a.")) == ["a.weight", "a.bias"]
    twin.load_state_dict({name: tensor * 2 for name, tensor in state.items()})
    assert wick.equal(twin.weight, net.weight * 2) and twin.weight.is_leaf and twin.weight.grad is not None
    twin.double()
    assert twin.weight.grad.dtype == wick.float64
    twin(wick.ones(1, 2, dtype=wick.float64)).sum().backward()
    assert twin.weight.grad.tolist() == [[2, 2]]
    twin.zero_grad(set_to_none=False)
    assert twin.weight.grad.tolist() == [[0, 0]]


@pytest.mark.parametrize("fill", ["uniform_", "normal_", "ones_", "zeros_", "eye_", "xavier_uniform_", "xavier_normal_",
                                  "kaiming_uniform_", "kaiming_normal_", "trunc_normal_", "orthogonal_"])
def test_initialisation_leaves_no_history(fill):
    layer = nn.Linear(4, 4)
    assert getattr(nn.init, fill)(layer.weight) is layer.weight
    assert layer.weight.is_leaf and layer.weight.requires_grad
    layer(wick.ones(1, 4)).sum().backward()
    assert layer.weight.grad.tolist() == [[1] * 4] * 4
