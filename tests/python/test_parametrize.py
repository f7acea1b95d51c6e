"""nn.utils.parametrize, parametrizations, weight_norm, spectral_norm: the same of wick and of PyTorch, where that is installed."""
import copy
import pickle

import pytest

import wick


def doubling(t):
    class Double(t.nn.Module):
        def forward(self, x):
            return x * 2

        def right_inverse(self, x):
            return x / 2

    return Double()


def plain(t):
    class Shift(t.nn.Module):
        calls = 0

        def forward(self, x):
            self.calls += 1
            return x + 1

    return Shift()


def test_what_is_read_is_computed(t):
    parametrize = t.nn.utils.parametrize
    net = t.nn.Linear(2, 3)
    weight, parameter = net.weight.tolist(), net.weight
    assert parametrize.register_parametrization(net, "weight", doubling(t)) is net
    assert net.weight.tolist() == weight and net.weight.grad_fn is not None
    assert [name for name, _ in net.named_parameters()] == ["bias", "parametrizations.weight.original"]
    assert net.parametrizations.weight.original is parameter and parameter.tolist() == (net.weight / 2).tolist()
    assert repr(net).startswith("ParametrizedLinear(\n  in_features=2, out_features=3, bias=True\n  (parametrizations): ModuleDict(")
    assert isinstance(net, t.nn.Linear) and parametrize.type_before_parametrizations(net) is t.nn.Linear
    assert parametrize.is_parametrized(net) and parametrize.is_parametrized(net, "weight")
    assert not parametrize.is_parametrized(net, "bias") and not parametrize.is_parametrized(t.nn.Linear(1, 1))
    net(t.ones(1, 2)).sum().backward()
    assert parameter.grad.tolist() == [[2, 2]] * 3
    net.weight = t.ones(3, 2)
    assert parameter.tolist() == [[0.5, 0.5]] * 3 and net(t.ones(1, 2)).tolist() == (net.bias + 2).unsqueeze(0).tolist()


def test_one_after_the_other(t):
    parametrize = t.nn.utils.parametrize
    net = t.nn.Linear(2, 1)
    with t.no_grad():
        net.weight.fill_(4)
    parametrize.register_parametrization(net, "weight", doubling(t))
    parametrize.register_parametrization(net, "weight", plain(t))
    assert net.weight.tolist() == [[5, 5]]
    assert repr(net.parametrizations.weight) == "ParametrizationList(\n  (0): Double()\n  (1): Shift()\n)"
    with pytest.raises(RuntimeError, match="parametrization Shift does not implement right_inverse."):
        net.weight = t.ones(1, 2)


def test_cached(t):
    parametrize = t.nn.utils.parametrize
    net = t.nn.Linear(2, 1)
    shift = plain(t)
    parametrize.register_parametrization(net, "weight", shift)
    shift.calls = 0
    net.weight, net.weight
    assert shift.calls == 2
    with parametrize.cached():
        first = net.weight
        assert net.weight is first and shift.calls == 3
    assert net.weight is not first


def test_removal(t):
    parametrize = t.nn.utils.parametrize
    for leaves, expected in ((True, [[5, 5]]), (False, [[4, 4]])):
        net = t.nn.Linear(2, 1)
        with t.no_grad():
            net.weight.fill_(4)
        parameter = net.weight
        parametrize.register_parametrization(net, "weight", plain(t))
        parametrize.remove_parametrizations(net, "weight", leaves)
        assert type(net) is t.nn.Linear and net.weight is parameter and net.weight.tolist() == expected
        assert list(net.state_dict()) in (["bias", "weight"], ["weight", "bias"]) and not parametrize.is_parametrized(net)
    with pytest.raises(ValueError, match="does not have a parametrization on bias"):
        parametrize.remove_parametrizations(net, "bias")


def test_buffers(t):
    net = t.nn.Module()
    net.register_buffer("scale", t.ones(2))
    t.nn.utils.parametrize.register_parametrization(net, "scale", plain(t))
    assert net.scale.tolist() == [2, 2] and list(net.state_dict()) == ["parametrizations.scale.original"]
    assert list(net.parameters()) == []


def test_mistakes(t):
    parametrize = t.nn.utils.parametrize

    class Grows(t.nn.Module):
        def forward(self, x):
            return t.cat([x, x])

    class Converts(t.nn.Module):
        def forward(self, x):
            return x.double()

    for bad, what in ((Grows(), "shape"), (Converts(), "dtype")):
        with pytest.raises(ValueError, match=f"Registering a parametrization may not change the {what} of the tensor"):
            parametrize.register_parametrization(t.nn.Linear(2, 2), "weight", bad)
    net = parametrize.register_parametrization(t.nn.Linear(2, 2), "weight", Grows(), unsafe=True)
    assert tuple(net.weight.shape) == (4, 2)
    with pytest.raises(ValueError, match="does not have a parameter, a buffer, or a parametrized element with name 'nothing'"):
        parametrize.register_parametrization(net, "nothing", plain(t))
    with pytest.raises(RuntimeError, match="Serialization of parametrized modules is only supported through state_dict()"):
        pickle.dumps(net)


def test_copies_and_states(t):
    parametrize = t.nn.utils.parametrize
    net = parametrize.register_parametrization(t.nn.Linear(2, 1), "weight", plain(t))
    twin = copy.deepcopy(net)
    assert twin.weight.tolist() == net.weight.tolist()
    with t.no_grad():
        twin.parametrizations.weight.original.fill_(1)
    assert twin.weight.tolist() == [[2, 2]] != net.weight.tolist()
    net.load_state_dict(twin.state_dict())
    assert net.weight.tolist() == [[2, 2]]
    other = parametrize.transfer_parametrizations_and_params(net, t.nn.Linear(2, 1))
    assert other.weight.tolist() == [[2, 2]] and parametrize.is_parametrized(other, "weight")


@pytest.mark.parametrize("dim", [0, 1, None])
def test_weight_norm(t, dim):
    net = t.nn.Linear(3, 2).double()
    weight = net.weight.detach().clone()
    t.nn.utils.parametrizations.weight_norm(net, dim=dim)
    assert list(net.state_dict()) == ["bias", "parametrizations.weight.original0", "parametrizations.weight.original1"]
    assert t.allclose(net.weight, weight)
    with t.no_grad():
        net.parametrizations.weight.original0.mul_(3)
    assert t.allclose(net.weight, weight * 3)
    net(t.ones(1, 3, dtype=t.float64)).sum().backward()
    assert net.parametrizations.weight.original1.grad is not None
    t.nn.utils.parametrize.remove_parametrizations(net, "weight")
    assert t.allclose(net.weight, weight * 3) and isinstance(net.weight, t.nn.Parameter)


@pytest.mark.parametrize("layer", ["Linear(4, 3)", "Conv2d(2, 3, 2)", "ConvTranspose1d(2, 3, 2)"])
def test_spectral_norm(t, layer):
    t.manual_seed(2)
    net = t.nn.utils.parametrizations.spectral_norm(eval("t.nn." + layer).double(), n_power_iterations=20)
    weight = net.weight
    matrix = (weight.transpose(0, 1) if "Transpose" in layer else weight).flatten(1)
    assert t.linalg.matrix_norm(matrix, 2).item() == pytest.approx(1, rel=1e-3)
    assert [n.rpartition(".")[2] for n in net.state_dict()] == ["bias", "original", "_u", "_v"]
    weight.sum().backward()
    assert net.parametrizations.weight.original.grad is not None
    net.eval()
    assert net.weight.tolist() == net.weight.tolist()


@pytest.mark.parametrize("layer", ["Linear(3, 3)", "Linear(3, 5)", "Linear(5, 3)"])
@pytest.mark.parametrize("orthogonal_map", [None, "matrix_exp", "cayley", "householder"])
@pytest.mark.parametrize("use_trivialization", [True, False])
def test_orthogonal(t, layer, orthogonal_map, use_trivialization):
    t.manual_seed(2)
    net = eval("t.nn." + layer).double()
    t.nn.utils.parametrizations.orthogonal(net, orthogonal_map=orthogonal_map, use_trivialization=use_trivialization)

    def is_orthogonal(w):
        product = w.T @ w if w.size(0) >= w.size(1) else w @ w.T
        return t.allclose(product, t.eye(product.size(0), dtype=t.float64), atol=1e-8)

    optimizer = t.optim.SGD(net.parameters(), lr=0.1)
    for _ in range(3):
        assert is_orthogonal(net.weight)
        optimizer.zero_grad()
        (net.weight * t.arange(15.0, dtype=t.float64)[: net.weight.numel()].reshape(net.weight.shape)).sum().backward()
        optimizer.step()
    if use_trivialization:
        target = t.linalg.qr(t.rand(5, 5, dtype=t.float64))[0][: net.weight.size(0), : net.weight.size(1)]
        target = t.linalg.qr(target)[0] if target.size(0) >= target.size(1) else t.linalg.qr(target.T)[0].T
        net.weight = target
        assert t.allclose(net.weight, target)


def test_values_are_pytorchs(torch):
    """Normalised weights of the same numbers, and their gradients."""
    for name in ("weight_norm", "spectral_norm"):
        found = []
        for t in (wick, torch):
            t.manual_seed(4)
            net = getattr(t.nn.utils.parametrizations, name)(t.nn.Linear(3, 2))
            (net.weight * t.arange(6.0).reshape(2, 3)).sum().backward()
            tensors = [net.weight, *(p.grad for p in net.parameters() if p.grad is not None)]
            found.append([tensor.reshape(-1).tolist() for tensor in tensors])
        assert len(found[0]) == len(found[1]) > 1
        for ours, theirs in zip(*found):
            assert ours == pytest.approx(theirs, rel=1e-4, abs=1e-6)


@pytest.mark.filterwarnings("ignore")
def test_spectral_norm_before_the_first_call(t):
    """The weight is the parameter's own memory until then, so that programs may initialise it."""
    net = t.nn.utils.spectral_norm(t.nn.Linear(2, 2))
    t.nn.init.eye_(net.weight.data)
    assert net.weight_orig.tolist() == [[1, 0], [0, 1]]
    u = net.weight_u.clone()
    net.eval()(t.ones(1, 2))
    assert t.equal(net.weight_u, u)
    net.train()(t.ones(1, 2))
    assert t.allclose(net.weight_v, u) and t.allclose(net.weight.detach(), t.eye(2))


@pytest.mark.filterwarnings("ignore")
def test_spectral_norms_are_pytorchs(torch):
    found = []
    for t in (wick, torch):
        t.manual_seed(4)
        net = t.nn.utils.spectral_norm(t.nn.ConvTranspose2d(2, 3, 2))
        x = t.arange(8.0).reshape(1, 2, 2, 2)
        (net(x) * net(x)).sum().backward()
        tensors = [net.weight, net.weight_u, net.weight_v, net.weight_orig.grad]
        t.nn.utils.remove_spectral_norm(net)
        found.append([tensor.reshape(-1).tolist() for tensor in [*tensors, net.weight]])
    for ours, theirs in zip(*found):
        assert ours == pytest.approx(theirs, rel=1e-4, abs=1e-5)


@pytest.mark.filterwarnings("ignore")
def test_normed_weights(t):
    net = t.nn.Linear(3, 2).double()
    weight = net.weight.detach().clone()
    x = t.ones(1, 3, dtype=t.float64)
    assert t.nn.utils.weight_norm(net) is net
    assert list(net.state_dict()) == ["bias", "weight_g", "weight_v"]
    with t.no_grad():
        net.weight_g.mul_(2)
    assert t.allclose(net(x), x @ weight.T * 2 + net.bias)
    net(x).sum().backward()
    assert net.weight_v.grad is not None
    t.nn.utils.remove_weight_norm(net)
    assert list(net.state_dict()) == ["bias", "weight"] and t.allclose(net.weight, weight * 2)
    with pytest.raises(ValueError, match="not found in"):
        t.nn.utils.remove_weight_norm(net)
    t.manual_seed(0)
    t.nn.utils.spectral_norm(net, n_power_iterations=30)
    net(x)
    net(x)
    assert set(net.state_dict()) == {"bias", "weight_orig", "weight_u", "weight_v"}
    assert t.linalg.matrix_norm(net.weight, 2).item() == pytest.approx(1, rel=1e-4)
    t.nn.utils.remove_spectral_norm(net)
    assert t.linalg.matrix_norm(net.weight, 2).item() == pytest.approx(1, rel=1e-4)
