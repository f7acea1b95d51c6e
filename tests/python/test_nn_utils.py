"""nn.utils: pruning, fused batch normalisations, modules without first values."""
import copy
import importlib

import pytest


def layer(t):
    """A linear layer with the numbers 1 to 6 as weights."""
    net = t.nn.Linear(3, 2)
    with t.no_grad():
        net.weight.copy_(t.arange(1.0, 7).view(2, 3))
        net.bias.zero_()
    return net


def pruning(t):
    return importlib.import_module(f"{t.__name__}.nn.utils.prune")


def test_pruned_numbers(t):
    prune, net = pruning(t), layer(t)
    parameter = net.weight
    assert prune.l1_unstructured(net, "weight", amount=2) is net
    assert [name for name, _ in net.named_parameters()] == ["bias", "weight_orig"] and net.weight_orig is parameter
    assert net.weight_mask.tolist() == [[0, 0, 1], [1, 1, 1]] and net.weight.tolist() == [[0, 0, 3], [4, 5, 6]]
    assert prune.is_pruned(net) and prune.is_pruned(t.nn.Sequential(net)) and not prune.is_pruned(t.nn.Linear(1, 1))
    net(t.ones(1, 3)).sum().backward()
    assert parameter.grad.tolist() == [[0, 0, 1], [1, 1, 1]]
    with t.no_grad():
        parameter.add_(1)
    assert net(t.ones(1, 3)).tolist() == [[4, 18]]
    prune.l1_unstructured(net, "weight", amount=0.5)  # of the four that are left
    assert net.weight.tolist() == [[0, 0, 0], [0, 6, 7]]
    prune.ln_structured(net, "weight", amount=1, n=2, dim=1)
    assert net.weight_mask.tolist() == [[0, 0, 0], [0, 0, 1]]
    twin = copy.deepcopy(net.state_dict())
    assert list(twin) == ["bias", "weight_orig", "weight_mask"]
    prune.remove(net, "weight")
    assert net.weight is parameter and parameter.tolist() == [[0, 0, 0], [0, 0, 7]] and list(net.state_dict()) == ["bias", "weight"]
    assert not net._forward_pre_hooks
    with pytest.raises(ValueError, match="has to be pruned before pruning can be removed"):
        prune.remove(net, "weight")


def test_random_pruning(t):
    prune = pruning(t)
    for _ in range(3):
        net = layer(t)
        prune.random_unstructured(net, "weight", 0.5)
        assert net.weight_mask.sum().item() == 3
        net = layer(t)
        prune.random_structured(net, "weight", 2, dim=1)
        assert sorted(net.weight_mask.sum(0).tolist()) == [0, 0, 2]
        prune.random_structured(net, "weight", 1, dim=0)
        assert net.weight_mask.sum().item() == 1
    t.manual_seed(3)
    prune.random_unstructured(net, "bias", 1)
    assert net.bias_mask.sum().item() == 1


def test_random_pruning_draws_pytorchs_numbers(torch):
    import wick

    masks = []
    for lib in (wick, torch):
        lib.manual_seed(4)
        net = lib.nn.Conv2d(4, 6, 3)
        pruning(lib).random_unstructured(net, "weight", 0.3)
        pruning(lib).random_structured(net, "weight", 0.4, dim=0)
        masks.append(net.weight_mask.tolist())
    assert masks[0] == masks[1]


def test_pruning_of_several_at_once(t):
    prune, one, other = pruning(t), layer(t), layer(t)
    with t.no_grad():
        other.weight.mul_(2)
    prune.global_unstructured([(one, "weight"), (other, "weight")], prune.L1Unstructured, amount=4)
    assert one.weight.tolist() == [[0, 0, 0], [4, 5, 6]] and other.weight.tolist() == [[0, 4, 6], [8, 10, 12]]
    scores = {(one, "weight"): t.full((2, 3), 100.0)}
    prune.global_unstructured([(one, "weight"), (other, "weight")], prune.L1Unstructured, importance_scores=scores, amount=2)
    assert one.weight.tolist() == [[0, 0, 0], [4, 5, 6]] and other.weight.tolist() == [[0, 0, 0], [8, 10, 12]]
    with pytest.raises(TypeError, match='Only "unstructured" PRUNING_TYPE supported'):
        prune.global_unstructured([(one, "weight")], prune.LnStructured, amount=1, n=1)


def test_pruning_of_ones_own(t):
    class EveryOther(pruning(t).BasePruningMethod):
        PRUNING_TYPE = "unstructured"

        def compute_mask(self, x, default_mask):
            mask = default_mask.clone()
            mask.view(-1)[::2] = 0
            return mask

    net = layer(t)
    method = EveryOther.apply(net, "weight")
    assert net.weight.tolist() == [[0, 2, 0], [4, 0, 6]]
    EveryOther.apply(net, "weight")
    assert net.weight.tolist() == [[0, 0, 0], [4, 0, 0]]
    assert method.prune(t.ones(4)).tolist() == [0, 1, 0, 1]
    pruning(t).custom_from_mask(net, "bias", t.tensor([1, 0]))
    pruning(t).identity(net, "bias")
    assert net.bias_mask.tolist() == [1, 0]
    containers = [getattr(hook, "_pruning_methods", ()) for hook in
                  (entry[0] if isinstance(entry, tuple) else entry for entry in net._forward_pre_hooks.values())]
    assert [len(methods) for methods in containers] == [2, 2]


@pytest.mark.parametrize("call, kind, message", [
    (lambda p, net: p.l1_unstructured(net, "weight", "x"), TypeError, "Invalid type for amount: x. Must be int or float."),
    (lambda p, net: p.l1_unstructured(net, "weight", 1.5), ValueError, "amount=1.5 should either be a float"),
    (lambda p, net: p.l1_unstructured(net, "weight", 7), ValueError, "amount=7 should be smaller than the number of parameters to prune=6"),
    (lambda p, net: p.random_structured(net, "bias", 1, 0), ValueError, "Structured pruning can only be applied to multidimensional"),
    (lambda p, net: p.ln_structured(net, "weight", 1, 1, 2), IndexError, "Invalid index 2 for tensor of size"),
    (lambda p, net: p.l1_unstructured(net, "weight", 1, net.bias), AssertionError, "importance_scores should have the same shape"),
])
def test_wrong_prunings(t, call, kind, message):
    net = layer(t)
    with pytest.raises(kind, match=message):
        call(pruning(t), net)
    assert isinstance(net.weight, t.nn.Parameter) and [name for name, _ in net.named_parameters()] in (["weight", "bias"], ["bias", "weight"])


@pytest.mark.parametrize("make, shape", [
    (lambda nn: (nn.Conv2d(3, 4, 3, bias=False), nn.BatchNorm2d(4)), (2, 3, 5, 5)),
    (lambda nn: (nn.Conv1d(3, 4, 3, groups=1), nn.BatchNorm1d(4, affine=False)), (2, 3, 5)),
    (lambda nn: (nn.ConvTranspose2d(3, 4, 2), nn.BatchNorm2d(4)), (2, 3, 4, 4)),
    (lambda nn: (nn.Linear(3, 4), nn.BatchNorm1d(4)), (5, 3)),
    (lambda nn: (nn.Linear(3, 4, bias=False), nn.BatchNorm1d(4)), (5, 3)),
])
def test_fused_normalisations(t, make, shape):
    t.manual_seed(0)
    layer, norm = make(t.nn)
    both = t.nn.Sequential(layer, norm)
    for _ in range(3):
        both(t.randn(*shape) * 2 + 1)
    both.eval()
    utils = t.nn.utils
    fused = utils.fuse_linear_bn_eval(layer, norm) if isinstance(layer, t.nn.Linear) else \
        utils.fuse_conv_bn_eval(layer, norm, transpose=isinstance(layer, t.nn.ConvTranspose2d))
    x = t.randn(*shape)
    assert t.allclose(fused(x), both(x), atol=1e-5) and fused is not layer and type(fused) is type(layer)
    assert isinstance(fused.weight, t.nn.Parameter) and isinstance(fused.bias, t.nn.Parameter)
    both.train()
    with pytest.raises(AssertionError, match="Fusion only for eval!"):
        utils.fuse_conv_bn_eval(layer, norm)


def test_modules_without_first_values(t):
    t.manual_seed(0)
    before = t.get_rng_state()
    net = t.nn.utils.skip_init(t.nn.Linear, 3, 2, bias=False)
    assert t.equal(t.get_rng_state(), before) and net.weight.shape == (2, 3) and net.bias is None
    with pytest.raises(RuntimeError, match="Module must support a 'device' arg to skip initialization"):
        t.nn.utils.skip_init(t.nn.ReLU)


def test_functional_call_by_its_old_name(t):
    net = layer(t)
    with_ones = t.nn.utils.stateless.functional_call(net, {"weight": t.ones(2, 3)}, (t.ones(1, 3),))
    assert with_ones.tolist() == [[3, 3]]
