"""torch.func: the same of wick and of PyTorch, where that is installed."""
import pytest

import wick
from wick import nn


def numbers(t, *values):
    return t.tensor(values, dtype=t.float64)


def close(a, b):
    return a == pytest.approx(b, rel=1e-9)


def test_gradients(t):
    x = numbers(t, 1.0, 2.0)
    assert t.func.grad(lambda x: (x ** 3).sum())(x).tolist() == [3, 12]
    found = t.func.grad(lambda x, y: (x * y).sum(), argnums=(0, 1))(x, x + 1)
    assert [f.tolist() for f in found] == [[2, 3], [1, 2]] and isinstance(found, tuple)
    assert not any(f.requires_grad for f in found)
    # Nested, in dicts, with something beside the value.
    second = t.func.grad(lambda x: t.func.grad(lambda y: (y ** 3).sum())(x).sum())(x)
    assert second.tolist() == [6, 12] and not second.requires_grad
    found, (value, note) = t.func.grad_and_value(lambda p, s: ((p["w"] * s).sum() + p["b"], {"note": x}), has_aux=True)(
        {"w": x, "b": t.tensor(1.0, dtype=t.float64)}, 3.0)
    assert found["w"].tolist() == [3, 3] and found["b"].item() == 1 and value.item() == 10 and note["note"].tolist() == [1, 2]
    assert not value.requires_grad


def test_gradients_of_gradients_that_others_ask_for(t):
    w = t.tensor([2.0, 3.0], dtype=t.float64, requires_grad=True)
    x = numbers(t, 1.0, 2.0)
    slope = t.func.grad(lambda x: (w * x * x).sum())(x)
    assert slope.requires_grad
    slope.sum().backward()
    assert w.grad.tolist() == [2, 4]
    y = t.tensor([1.0, 2.0], dtype=t.float64, requires_grad=True)
    slope = t.func.grad(lambda y: (y ** 3).sum())(y)
    slope.sum().backward()
    assert y.grad.tolist() == [6, 12]


def test_mistakes(t):
    x = numbers(t, 1.0, 2.0)
    with pytest.raises(RuntimeError, match="Expected f.*to return a scalar Tensor, got tensor with 1 dims"):
        t.func.grad(lambda x: x * 2)(x)
    with pytest.raises(RuntimeError, match="Got argnum=2, but only 1 positional inputs"):
        t.func.grad(lambda x: x.sum(), argnums=2)(x)
    with pytest.raises(ValueError, match="Thing passed to transform API must be Tensor, got <class 'float'>"):
        t.func.grad(lambda x: x * 2)(3.0)


def test_products_with_jacobians(t):
    x = numbers(t, 0.5, 1.0, 2.0)
    v = numbers(t, 1.0, -1.0, 3.0)
    out, pull = t.func.vjp(t.sin, x)
    assert close(out.tolist(), x.sin().tolist())
    assert close(pull(v)[0].tolist(), (v * x.cos()).tolist())
    assert close(pull(v * 2)[0].tolist(), (v * 2 * x.cos()).tolist())
    out, moved = t.func.jvp(lambda x, y: (x * y, x.exp()), (x, x + 1), (v, v * 2))
    assert close(moved[0].tolist(), (v * (x + 1) + x * v * 2).tolist()) and close(moved[1].tolist(), (v * x.exp()).tolist())
    assert not moved[0].requires_grad
    # A result that does not depend on the argument.
    assert t.func.jvp(lambda x: x * 0 + v, (x,), (v,))[1].tolist() == [0, 0, 0]
    # Second order: a Hessian times a vector.
    product = t.func.jvp(t.func.grad(lambda x: (x ** 3).sum()), (x,), (v,))[1]
    assert close(product.tolist(), (6 * x * v).tolist())


def test_several_results_of_a_pull(t):
    x = numbers(t, 1.0, 2.0)
    out, pull, aux = t.func.vjp(lambda x, y: ({"sum": x + y, "product": x * y}, y), x, x * 3, has_aux=True)
    of_x, of_y = pull({"sum": numbers(t, 1.0, 1.0), "product": numbers(t, 2.0, 0.0)})
    assert of_x.tolist() == [7, 1] and of_y.tolist() == [3, 1] and aux.tolist() == [3, 6] and out["sum"].tolist() == [4, 8]


@pytest.mark.parametrize("name", ["jacrev", "jacfwd"])
def test_jacobians(t, name):
    jacobian = getattr(t.func, name)
    x, y = numbers(t, 1.0, 2.0), numbers(t, 3.0)
    assert jacobian(lambda x: x ** 2)(x).tolist() == [[2, 0], [0, 4]]
    found = jacobian(lambda x, y: (x * y, x.sum()), argnums=(0, 1))(x, y)
    assert [[f.tolist() for f in row] for row in found] == [[[[3, 0], [0, 3]], [[1], [2]]], [[1, 1], [0]]]
    assert t.func.hessian(lambda x: (x ** 3).sum() + x[0] * x[1])(x).tolist() == [[6, 1], [1, 12]]
    assert jacobian(lambda x: (x * 2, x), has_aux=True)(x)[1].tolist() == [1, 2]


def test_modules_with_other_parameters(t):
    net = t.nn.Sequential(t.nn.Linear(2, 3), t.nn.BatchNorm1d(3), t.nn.Linear(3, 1)).double()
    x = t.rand(4, 2, dtype=t.float64)
    parameters = dict(net.named_parameters())
    buffers = {name: buffer.clone() for name, buffer in net.named_buffers()}
    zeros = {name: t.zeros_like(p) for name, p in parameters.items()}
    assert t.func.functional_call(net, (zeros, buffers), (x,)).tolist() == [[0.0]] * 4
    # The statistics that the call changed are those that were given.
    assert buffers["1.running_mean"].tolist() == net[1].running_mean.tolist() == [0, 0, 0]
    assert net[0].weight is parameters["0.weight"] and net(x).abs().sum().item() > 0

    net.eval()

    def loss(p):
        return t.func.functional_call(net, p, x).square().sum()

    detached = {name: p.detach() for name, p in parameters.items()}
    found = t.func.grad(loss)(detached)
    loss(parameters).backward()
    assert all(close(found[name].reshape(-1).tolist(), p.grad.reshape(-1).tolist()) for name, p in parameters.items())
    with pytest.raises(RuntimeError, match="Missing key"):
        t.func.functional_call(net, {"0.weight": zeros["0.weight"]}, x, strict=True)
    with pytest.raises(ValueError, match="appeared in multiple dictionaries; behavior of functional call is ambiguous"):
        t.func.functional_call(net, (zeros, zeros), x)


def test_tied_parameters(t):
    class Tied(t.nn.Module):
        def __init__(self):
            super().__init__()
            self.a = t.nn.Linear(2, 2, bias=False)
            self.b = t.nn.Linear(2, 2, bias=False)
            self.b.weight = self.a.weight

        def forward(self, x):
            return self.a(x), self.b(x)

    x = t.ones(1, 2)
    a, b = t.func.functional_call(Tied(), {"a.weight": t.eye(2)}, x)
    assert a.tolist() == b.tolist() == [[1, 1]]
    a, b = t.func.functional_call(Tied(), {"a.weight": t.eye(2)}, x, tie_weights=False)
    assert a.tolist() == [[1, 1]] and b.tolist() != [[1, 1]]


def test_batches(t):
    x = t.arange(6.0).reshape(2, 3)
    assert t.vmap(lambda row: row.sum())(x).tolist() == [3, 12]
    assert t.vmap(lambda column, factor: column * factor, in_dims=(1, None), out_dims=1)(x, 2.0).tolist() == (x * 2).tolist()
    assert t.func.vmap(t.dot)(x, x).tolist() == [5, 50]
    both = t.vmap(lambda d: (d["a"] + 1, d["b"]), in_dims=({"a": 0, "b": None},), out_dims=(0, None))({"a": x, "b": x[0]})
    assert both[0].tolist() == (x + 1).tolist() and both[1].tolist() == x[0].tolist()
    with pytest.raises(ValueError, match="at least one"):
        t.vmap(lambda x: x, in_dims=(None,))(x)
    with pytest.raises(ValueError, match="same size in the mapped dimension"):
        t.vmap(lambda a, b: a)(x, t.ones(3))


def test_gradients_of_each_sample(t):
    net = t.nn.Linear(3, 1).double()
    parameters = {name: p.detach() for name, p in net.named_parameters()}
    x, y = t.rand(5, 3, dtype=t.float64), t.rand(5, 1, dtype=t.float64)

    def loss(p, x, y):
        return (t.func.functional_call(net, p, (x.unsqueeze(0),)) - y).square().sum()

    each = t.func.vmap(t.func.grad(loss), in_dims=(None, 0, 0))(parameters, x, y)
    assert tuple(each["weight"].shape) == (5, 1, 3)
    loss_of_all = (net(x) - y).square().sum()
    loss_of_all.backward()
    assert close(each["weight"].sum(0).tolist()[0], net.weight.grad.tolist()[0])


def test_ensembles(t):
    nets = [t.nn.Linear(2, 1).double() for _ in range(3)]
    parameters, buffers = t.func.stack_module_state(nets)
    assert tuple(parameters["weight"].shape) == (3, 1, 2) and parameters["weight"].requires_grad and buffers == {}
    x = t.rand(4, 2, dtype=t.float64)
    results = t.vmap(lambda p, b: t.func.functional_call(nets[0], (p, b), (x,)))(parameters, buffers)
    assert close(results.reshape(-1).tolist(), [v for net in nets for v in net(x).reshape(-1).tolist()])


def test_modules_are_whole_after_an_error():
    class Fails(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(1, 1)

        def forward(self, x):
            raise KeyError("no")

    net = Fails()
    weight = net.linear.weight
    with pytest.raises(KeyError):
        wick.func.functional_call(net, {"linear.weight": wick.zeros(1, 1)}, wick.ones(1))
    assert net.linear.weight is weight
