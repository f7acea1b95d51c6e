"""Layers that learn their sizes from the first input."""
import copy
import pickle

import pytest

LAYERS = {
    "LazyLinear": (lambda nn: nn.LazyLinear(4), (2, 3), "Linear(in_features=3, out_features=4, bias=True)"),
    "LazyConv1d": (lambda nn: nn.LazyConv1d(4, 3, bias=False), (2, 5), "Conv1d(2, 4, kernel_size=(3,), stride=(1,), bias=False)"),
    "LazyConv2d": (lambda nn: nn.LazyConv2d(4, 3, padding=1, groups=2), (2, 6, 5, 5),
                   "Conv2d(6, 4, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1), groups=2)"),
    "LazyConv3d": (lambda nn: nn.LazyConv3d(4, 2), (1, 2, 3, 3, 3), "Conv3d(2, 4, kernel_size=(2, 2, 2), stride=(1, 1, 1))"),
    "LazyConvTranspose1d": (lambda nn: nn.LazyConvTranspose1d(4, 2, 2), (1, 2, 3), "ConvTranspose1d(2, 4, kernel_size=(2,), stride=(2,))"),
    "LazyConvTranspose2d": (lambda nn: nn.LazyConvTranspose2d(4, 3, dilation=2), (2, 6, 5, 5),
                            "ConvTranspose2d(6, 4, kernel_size=(3, 3), stride=(1, 1), dilation=(2, 2))"),
    "LazyConvTranspose3d": (lambda nn: nn.LazyConvTranspose3d(4, 2), (1, 2, 3, 3, 3),
                            "ConvTranspose3d(2, 4, kernel_size=(2, 2, 2), stride=(1, 1, 1))"),
    "LazyBatchNorm1d": (lambda nn: nn.LazyBatchNorm1d(bias=False), (3, 4),
                        "BatchNorm1d(4, eps=1e-05, momentum=0.1, affine=True, bias=False, track_running_stats=True)"),
    "LazyBatchNorm2d": (lambda nn: nn.LazyBatchNorm2d(momentum=0.5), (2, 6, 5, 5),
                        "BatchNorm2d(6, eps=1e-05, momentum=0.5, affine=True, bias=True, track_running_stats=True)"),
    "LazyInstanceNorm1d": (lambda nn: nn.LazyInstanceNorm1d(affine=False), (2, 3, 4),
                           "InstanceNorm1d(3, eps=1e-05, momentum=0.1, affine=False, bias=False, track_running_stats=True)"),
}


@pytest.mark.parametrize("name", LAYERS)
def test_the_first_call_makes_the_layer(t, name):
    make, shape, text = LAYERS[name]
    t.manual_seed(0)
    layer = make(t.nn)
    assert type(layer).__name__ == name and layer.has_uninitialized_params()
    tensors = [*layer.parameters(), *layer.buffers()]
    x = t.randn(*shape)
    t.manual_seed(1)
    y = layer(x)
    assert type(layer) is getattr(t.nn, name[4:]) and repr(layer) == text
    assert all(a is b for a, b in zip(tensors, [*layer.parameters(), *layer.buffers()]))
    # It has drawn what the layer of these sizes draws.
    plain = copy.deepcopy(layer)
    t.manual_seed(1)
    plain.reset_parameters()
    assert all(t.equal(a, b) for a, b in zip(plain.parameters(), layer.parameters()))
    assert t.jit.script(layer)(x).shape == y.shape
    assert not layer._forward_pre_hooks and not layer._load_state_dict_pre_hooks


def test_what_has_no_shape_yet(t):
    net = t.nn.Sequential(t.nn.LazyLinear(3), t.nn.LazyBatchNorm1d())
    weight = net[0].weight
    assert repr(weight) == "<UninitializedParameter>" and isinstance(weight, t.nn.Parameter) and t.nn.parameter.is_lazy(weight)
    assert repr(net.state_dict()["1.running_mean"]) == "<UninitializedBuffer>"
    with pytest.raises(RuntimeError, match="Can't access the shape of an uninitialized parameter or buffer"):
        weight.shape
    with pytest.raises(ValueError, match="Attempted to use an uninitialized parameter in <method 'numel'"):
        weight.numel()
    for made in (copy.deepcopy(weight), pickle.loads(pickle.dumps(weight))):
        assert t.nn.parameter.is_lazy(made) and made is not weight
    assert t.nn.parameter.is_lazy(copy.deepcopy(t.nn.Sequential(t.nn.LazyLinear(3)))[0].weight)
    net.double()
    assert net(t.ones(2, 5, dtype=t.float64)).dtype is t.float64 and weight.shape == (3, 5) and type(weight) is t.nn.Parameter
    with pytest.raises(RuntimeError, match=r"Expected 3D \(unbatched\) or 4D \(batched\) input to LazyConv2d, but got input of size"):
        t.nn.LazyConv2d(4, 3)(t.ones(2))
    with pytest.raises(ValueError, match="in_channels must be divisible by groups"):
        t.nn.LazyConv2d(4, 3, groups=2)(t.ones(3, 4, 4))


def test_state_dicts_tell_shapes(t):
    plain = t.nn.Sequential(t.nn.Linear(3, 4), t.nn.BatchNorm1d(4))
    lazy = t.nn.Sequential(t.nn.LazyLinear(4), t.nn.LazyBatchNorm1d())
    with pytest.raises(RuntimeError, match="Can't access the shape"):
        plain.load_state_dict(lazy.state_dict())
    lazy.load_state_dict(lazy.state_dict())
    lazy.load_state_dict(plain.state_dict())
    assert type(lazy[0]) is t.nn.LazyLinear and t.equal(lazy[0].weight, plain[0].weight)
    lazy(t.ones(2, 3))
    assert repr(lazy) == repr(plain).replace("BatchNorm1d(4", f"BatchNorm1d({lazy[1].num_features}")
    wrong = t.nn.LazyLinear(4)
    wrong.load_state_dict(plain[0].state_dict())
    with pytest.raises(AssertionError, match="The in_features inferred from input: 5 is not equal to in_features from self.weight: 3"):
        wrong(t.ones(2, 5))


def test_lazy_modules_of_ones_own(t):
    class Scale(t.nn.modules.lazy.LazyModuleMixin, t.nn.Module):
        def __init__(self):
            super().__init__()
            self.factor = t.nn.UninitializedParameter()

        def initialize_parameters(self, x):
            if self.has_uninitialized_params():
                with t.no_grad():
                    self.factor.materialize(x.shape[1:])
                    self.factor.fill_(2)

        def forward(self, x):
            return x * self.factor

    scale = Scale()
    assert scale(t.ones(1, 2)).tolist() == [[2, 2]] and type(scale) is Scale
    assert scale(t.ones(3, 2)).shape == (3, 2)
