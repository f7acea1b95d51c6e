"""State dicts of modules: what is in them, how they are loaded, the hooks around them; places of parameters, buffers and modules."""
import collections

import pytest


def net_of(t):
    class Net(t.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = t.nn.Linear(2, 3)
            self.kept = t.nn.Buffer(t.zeros(2))
            self.scratch = t.nn.Buffer(t.ones(1), persistent=False)
            self.steps = 0

        def get_extra_state(self):
            return {"steps": self.steps}

        def set_extra_state(self, state):
            self.steps = state["steps"]

    return Net()


def error_of(call, kind=RuntimeError):
    with pytest.raises(kind) as caught:
        call()
    return caught.value.args[0]


def test_what_is_kept(t):
    net = net_of(t)
    net.steps = 5
    state = net.state_dict()
    assert isinstance(state, collections.OrderedDict)
    assert list(state) == ["kept", "_extra_state", "layer.weight", "layer.bias"]
    assert state._metadata == {"": {"version": 1}, "layer": {"version": 1}}
    assert t.nn.BatchNorm1d(2).state_dict()._metadata[""] == {"version": 2}
    assert not state["layer.weight"].requires_grad and net.state_dict(keep_vars=True)["layer.weight"] is net.layer.weight
    assert list(net.state_dict(prefix="a.")) == ["a.kept", "a._extra_state", "a.layer.weight", "a.layer.bias"]
    other = net_of(t)
    assert repr(other.load_state_dict(state)) == "<All keys matched successfully>" and other.steps == 5
    assert other.layer.weight.tolist() == net.layer.weight.tolist()
    assert sorted(name for name, _ in other.named_buffers()) == ["kept", "scratch"]
    other.kept = t.ones(2)
    assert other.get_buffer("kept").tolist() == [1, 1] and "kept" in other.state_dict()


def test_what_is_amiss_is_told_at_once(t):
    net = net_of(t)
    given = {"layer.weight": t.zeros(3, 3), "layer.more": t.ones(1), "other.x": t.ones(1), "kept": [1, 2]}
    text = error_of(lambda: net.load_state_dict(given))
    assert text == (
        "Error(s) in loading state_dict for Net:\n"
        '\tMissing key(s) in state_dict: "_extra_state", "layer.bias". \n'
        '\tUnexpected key(s) in state_dict: "other.x", "layer.more". \n'
        '\tWhile copying the parameter named "kept", expected torch.Tensor or Tensor-like object from checkpoint but received '
        "<class 'list'>\n"
        "\tsize mismatch for layer.weight: copying a param with shape torch.Size([3, 3]) from checkpoint, the shape in current model "
        "is torch.Size([3, 2]).")
    keys = net.load_state_dict({"kept": t.ones(2), "y": t.ones(1)}, strict=False)
    assert keys.missing_keys == ["_extra_state", "layer.weight", "layer.bias"] and keys.unexpected_keys == ["y"]
    assert net.kept.tolist() == [1, 1]
    assert error_of(lambda: net.load_state_dict(3), TypeError) == "Expected state_dict to be dict-like, got <class 'int'>."
    assert "Unexpected key(s) in state_dict: \"_extra_state\"" in error_of(
        lambda: t.nn.Linear(2, 3).load_state_dict({"weight": t.ones(3, 2), "bias": t.ones(3), "_extra_state": 1}))


def test_tensors_are_assigned(t):
    net = net_of(t)
    net.layer.bias.requires_grad_(False)
    old = net.layer.weight
    given = {"layer.weight": t.ones(3, 2), "layer.bias": t.nn.Parameter(t.zeros(3)), "kept": t.ones(2, dtype=t.float64)}
    net.load_state_dict(given, strict=False, assign=True)
    assert net.layer.weight is not old and type(net.layer.weight) is t.nn.Parameter and net.layer.weight.requires_grad
    assert net.layer.bias is given["layer.bias"] and not net.layer.bias.requires_grad
    assert net.kept is given["kept"]
    assert "size mismatch" in error_of(lambda: net.load_state_dict({"kept": t.ones(3)}, strict=False, assign=True))


def test_older_state_dicts(t):
    norm = t.nn.BatchNorm1d(2)
    state = {name: tensor + 1 for name, tensor in norm.state_dict().items() if name != "num_batches_tracked"}
    norm.load_state_dict(state)
    assert norm.running_mean.tolist() == [1, 1] and norm.num_batches_tracked.item() == 0
    newer = collections.OrderedDict(state)
    newer._metadata = {"": {"version": 2}}
    assert 'Missing key(s) in state_dict: "num_batches_tracked"' in error_of(lambda: norm.load_state_dict(newer))


def test_hooks(t):
    net, seen = net_of(t), []
    net.register_state_dict_pre_hook(lambda module, prefix, keep_vars: seen.append(("pre", prefix, keep_vars)))
    handle = net.register_state_dict_post_hook(lambda module, state, prefix, metadata: state.update({prefix + "more": metadata["version"]}))
    net.layer._register_state_dict_hook(lambda module, state, prefix, metadata: state.pop(prefix + "bias").dim() > 1 or None)
    state = t.nn.Sequential(net).state_dict()
    assert list(state) == ["0.kept", "0._extra_state", "0.layer.weight", "0.more"] and seen == [("pre", "0.", False)]
    handle.remove()
    net.register_state_dict_post_hook(lambda module, state, prefix, metadata: state)
    assert error_of(net.state_dict) == "state_dict post-hook must return None"

    def rename(module, state, prefix, metadata, strict, missing, unexpected, errors):
        seen.append((prefix, strict))
        state[prefix + "weight"] = state.pop(prefix + "old")

    net = t.nn.Sequential(t.nn.Linear(2, 1, bias=False))
    net[0].register_load_state_dict_pre_hook(rename)
    net[0].register_load_state_dict_post_hook(lambda module, keys: keys.missing_keys.append("x"))
    assert net.load_state_dict({"0.old": t.ones(1, 2)}, strict=False).missing_keys == ["x"]
    assert net[0].weight.tolist() == [[1, 1]] and seen[-1] == ("0.", True)
    net.register_load_state_dict_post_hook(lambda module, keys: keys)
    assert "are not expected to return new values" in error_of(lambda: net.load_state_dict({"0.old": t.ones(1, 2)}, False), AssertionError)


def test_modules_that_load_in_their_own_way(t):
    class Old(t.nn.Linear):
        _version = 3

        def _load_from_state_dict(self, state_dict, prefix, local_metadata, *args):
            if local_metadata.get("version", 1) < 3:
                state_dict[prefix + "weight"] = state_dict[prefix + "weight"] * 2
            super()._load_from_state_dict(state_dict, prefix, local_metadata, *args)

    net = t.nn.Sequential(Old(2, 1))
    net.load_state_dict({"0.weight": t.ones(1, 2), "0.bias": t.ones(1)})
    assert net[0].weight.tolist() == [[2, 2]]
    net.load_state_dict(net.state_dict())
    assert net[0].weight.tolist() == [[2, 2]]


@pytest.mark.parametrize("call, kind, message", [
    (lambda t, net: net.register_buffer("steps", t.ones(1)), KeyError, "attribute 'steps' already exists"),
    (lambda t, net: net.register_buffer("a.b", None), KeyError, 'buffer name can\'t contain "."'),
    (lambda t, net: net.register_buffer("a", 3), TypeError, "cannot assign 'int' object to buffer 'a' (torch Tensor or None required)"),
    (lambda t, net: net.register_parameter("", None), KeyError, 'parameter name can\'t be empty string ""'),
    (lambda t, net: net.register_parameter("a", "x"), TypeError,
     "cannot assign 'str' object to parameter 'a' (torch.nn.Parameter or None required)"),
    (lambda t, net: net.add_module("a.b", None), KeyError, 'module name can\'t contain ".", got: a.b'),
    (lambda t, net: net.add_module("a", 3), TypeError, "int is not a Module subclass"),
    (lambda t, net: net.add_module(3, None), TypeError, "module name should be a string. Got int"),
    (lambda t, net: net.get_buffer("layer.weight"), AttributeError, "`weight` is not a buffer"),
    (lambda t, net: net.get_parameter("layer.x"), AttributeError, "Linear has no attribute `x`"),
    (lambda t, net: net.get_submodule("a.b"), AttributeError, "Net has no attribute `a`"),
    (lambda t, net: setattr(net.layer, "weight", t.ones(1)), TypeError,
     "cannot assign 'torch.FloatTensor' as parameter 'weight' (torch.nn.Parameter or None expected)"),
    (lambda t, net: setattr(net, "layer", 3), TypeError, "cannot assign 'int' as child module 'layer' (torch.nn.Module or None expected)"),
    (lambda t, net: setattr(net, "kept", "x"), TypeError, "cannot assign 'str' as buffer 'kept' (torch.nn.Buffer, torch.Tensor or None expected)"),
    (lambda t, net: net.train(1), ValueError, "training mode is expected to be boolean"),
])
def test_wrong_places(t, call, kind, message):
    assert error_of(lambda: call(t, net_of(t)), kind) == message


def test_all_tensors_are_changed(t):
    net = t.nn.Sequential(net_of(t))
    net._apply(lambda tensor: tensor + 1)
    assert net[0].kept.tolist() == [1, 1] and net[0].scratch.tolist() == [2]
    assert net[0].type(t.float64).kept.dtype is t.float64 and net[0].layer.weight.dtype is t.float64
    net.set_submodule("0.layer", t.nn.ReLU())
    assert isinstance(net[0].layer, t.nn.ReLU)
    shared = t.nn.Linear(1, 1)
    twice = t.nn.ModuleList([shared, shared])
    assert len(list(twice.named_parameters())) == 2 and len(list(twice.named_parameters(remove_duplicate=False))) == 4


def test_parameters_in_containers(t):
    some = t.nn.ParameterDict({"a": t.zeros(2), "b": t.nn.Parameter(t.ones(1))})
    some["c"] = t.ones(2, 3)
    assert list(some.keys()) == ["a", "b", "c"] and "a" in some and len(some) == 3 and some.get("z") is None
    assert some.a is some["a"] and all(isinstance(value, t.nn.Parameter) for value in some.values())
    assert list((some | {"d": t.ones(1)}).keys()) == ["a", "b", "c", "d"] and list(reversed(some)) == ["c", "b", "a"]
    assert some.pop("b").tolist() == [1] and [name for name, _ in some.named_parameters()] == ["a", "c"]
    assert repr(some) == ("ParameterDict(\n    (a): Parameter containing: [torch.FloatTensor of size 2]\n"
                          "    (c): Parameter containing: [torch.FloatTensor of size 2x3]\n)")
    several = t.nn.ParameterList([t.zeros(2), t.nn.Parameter(t.zeros(3))])
    assert [tuple(one.shape) for one in several] == [(2,), (3,)] and len(several[1:]) == 1 and several[-1].shape == (3,)
    assert "(1): Parameter containing: [torch.float32 of size 3]" in repr(several)
    assert len(t.nn.Sequential(t.nn.ReLU(), t.nn.Tanh()) * 2) == 4


def test_what_is_assigned_again_keeps_its_place(t):
    class Net(t.nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = t.nn.Linear(1, 1), t.nn.Linear(1, 1)
            self.a, self.b = t.nn.Parameter(t.zeros(1)), t.nn.Parameter(t.zeros(1))
            self.first = t.nn.Linear(1, 1, bias=False)
            self.a = t.nn.Parameter(t.ones(1))

    net = Net()
    assert list(net.state_dict()) == ["a", "b", "first.weight", "second.weight", "second.bias"] and net.a.item() == 1
    net.second = t.nn.Parameter(t.ones(1))
    assert [name for name, _ in net.named_parameters()] == ["a", "b", "second", "first.weight"]
    with pytest.raises(TypeError, match=r"cannot assign '.*Linear' as parameter 'a' \(torch.nn.Parameter or None expected\)"):
        net.a = t.nn.Linear(1, 1)


def test_modules_convert_what_they_have_besides(t):
    class Scaled(t.nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = t.ones(1)

        def _apply(self, fn, recurse=True):
            self.scale = fn(self.scale)
            return super()._apply(fn, recurse)

    net = t.nn.Sequential(t.nn.Sequential(Scaled())).double()
    assert net[0][0].scale.dtype == t.float64


def test_what_modules_say_of_themselves(t):
    layer = t.nn.Linear(1, 1)
    assert layer._get_name() == "Linear" and layer.dump_patches is False and layer.call_super_init is False
    layer.compile()
    assert layer(t.ones(1, 1)).shape == (1, 1)
