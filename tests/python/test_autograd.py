"""Autograd as Python sees it; the tape itself is tested in tests/autograd, every operator's gradient by
tests/oracle/gradients.py."""
import gc
import threading
import weakref

import pytest

import wick
from wick import nn


def test_backward_fills_grad_and_grad_leaves_it():
    x = wick.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = (x * x).sum()
    assert repr(y) == "tensor(14., grad_fn=<SumBackward0>)"
    assert wick.autograd.grad(y, x, retain_graph=True)[0].tolist() == [2, 4, 6]
    assert x.grad is None
    y.backward()
    assert x.grad.tolist() == [2, 4, 6]
    x.grad = None
    assert x.grad is None


def test_what_tensors_know():
    x = wick.ones(2, requires_grad=True)
    y = x.exp()
    assert x.is_leaf and not y.is_leaf and x.grad_fn is None
    assert y.grad_fn.name() == "ExpBackward0"
    assert y.grad_fn.next_functions[0][0].name() == "torch::autograd::AccumulateGrad"
    assert y.grad_fn.next_functions[0][0].variable.data_ptr() == x.data_ptr()
    assert not y.detach().requires_grad
    with wick.no_grad():
        assert not (x * 2).requires_grad
    with pytest.raises(RuntimeError, match="Can't call numpy"):
        x.numpy()
    with pytest.raises(RuntimeError, match="leaf variables"):
        y.requires_grad = False


def test_the_network_of_the_readme_has_a_history():
    net = nn.Sequential(nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 2))
    out = net(wick.randn(size=(1, 8)))
    assert repr(out).endswith("grad_fn=<AddmmBackward0>)")
    out.sum().backward()
    assert all(p.grad.shape == p.shape for p in net.parameters())
    net.zero_grad()
    assert all(p.grad is None for p in net.parameters())


def test_hooks():
    x = wick.tensor([2.0], requires_grad=True)
    y = x * 3
    y.retain_grad()
    handle = y.register_hook(lambda g: g * 2)
    y.backward(retain_graph=True)
    assert x.grad.item() == 6 and y.grad.item() == 2
    handle.remove()
    y.backward()
    assert x.grad.item() == 9


class Cube(wick.autograd.Function):
    @staticmethod
    def forward(ctx, x, factor):
        ctx.save_for_backward(x)
        ctx.factor = factor
        return factor * x ** 3

    @staticmethod
    def backward(ctx, grad):
        x, = ctx.saved_tensors
        return 3 * ctx.factor * grad * x ** 2, None


def test_custom_functions():
    x = wick.tensor([1.0, 2.0], dtype=wick.float64, requires_grad=True)
    y = Cube.apply(x, 2.0)
    assert repr(y.grad_fn).startswith("<CubeBackward object")
    y.sum().backward(retain_graph=True)
    assert x.grad.tolist() == [6, 24]
    first, = wick.autograd.grad(Cube.apply(x, 2.0).sum(), x, create_graph=True)
    assert wick.autograd.grad(first.sum(), x)[0].tolist() == [12, 24]
    assert wick.autograd.gradcheck(lambda t: Cube.apply(t, 2.0), (x,))
    y.sum().backward()
    with pytest.raises(RuntimeError, match="a second time"):
        y.sum().backward()


def test_gradcheck_finds_a_wrong_backward():
    class Wrong(Cube):
        @staticmethod
        def backward(ctx, grad):
            return grad * 5, None

    x = wick.tensor([1.0, 2.0], dtype=wick.float64, requires_grad=True)
    with pytest.raises(RuntimeError, match="Jacobian mismatch for output 0 with respect to input 0"):
        wick.autograd.gradcheck(lambda t: Wrong.apply(t, 2.0), (x,))
    assert wick.autograd.gradgradcheck(lambda t: t.sin() * t, (x,))


def test_functional():
    x = wick.tensor([1.0, 2.0], dtype=wick.float64)
    assert wick.autograd.functional.jacobian(lambda t: t ** 2, x).tolist() == [[2, 0], [0, 4]]
    assert wick.autograd.functional.hessian(lambda t: (t ** 3).sum(), x).tolist() == [[6, 0], [0, 12]]
    v = wick.tensor([1.0, -1.0], dtype=wick.float64)
    assert wick.autograd.functional.vjp(lambda t: t ** 2, x, v)[1].tolist() == [2, -4]
    assert wick.autograd.functional.jvp(lambda t: t ** 2, x, v)[1].tolist() == [2, -4]
    assert wick.autograd.functional.hvp(lambda t: (t ** 3).sum(), x, v)[1].tolist() == [6, -12]


def test_indexing_is_recorded():
    x = wick.arange(6, dtype=wick.float32).reshape(2, 3).requires_grad_()
    y = wick.zeros(2, 3)
    y[0] = x[1] * 2
    y[1, 0] = x[0, 2]
    y[:, 1] = 7.0
    (y * y).sum().backward()
    assert x.grad.tolist() == [[0, 0, 4], [24, 0, 40]]


def test_gradients_go_through_scripts():
    @wick.jit.script
    def f(x: wick.Tensor, n: int):
        for i in range(n):
            if x.sum() > 10:
                x = x * 0.5
            else:
                x = x * x + 1
        return x

    x = wick.tensor([1.0, 2.0], requires_grad=True)
    f(x, 3).sum().backward()
    y = x.detach().requires_grad_()
    z = y
    for _ in range(3):
        z = z * 0.5 if z.sum() > 10 else z * z + 1
    z.sum().backward()
    assert x.grad.tolist() == y.grad.tolist()


def test_forces_inside_a_script():
    @wick.jit.script
    def forces(positions: wick.Tensor):
        positions.requires_grad_(True)
        distance = (positions[0] - positions[1]).norm()
        energy = (distance - 1.5) ** 2
        grad = wick.autograd.grad([energy], [positions])[0]
        assert grad is not None
        return energy, -grad

    energy, force = forces(wick.tensor([[0.0, 0.0, 0.0], [2.0, 0.0, 0.0]]))
    assert energy.item() == pytest.approx(0.25)
    assert force.tolist() == [[1, 0, 0], [-1, 0, 0]]


def test_graphs_die_with_their_results():
    x = wick.ones(1000, requires_grad=True)
    y = (x * 2).exp()
    dead = []

    class Probe:
        pass

    probe = Probe()
    weakref.finalize(probe, dead.append, 1)
    y.register_hook(lambda g, probe=probe: None)
    del probe, y
    gc.collect()
    assert dead == [1]


def test_threads_share_a_network():
    net = nn.Linear(4, 4)
    x = wick.randn(8, 4)

    def work():
        for _ in range(20):
            net(x).sum().backward()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert net.bias.grad.tolist() == [20 * 4 * 8] * 4


def test_texts_and_values_beside_pytorch(torch):
    for text in ["x.exp().sum()", "(x @ x.t()).relu().mean()", "x[0] * 2", "x.view(-1)", "x.softmax(1)", "x.tanh() + 1",
                 "torch.cat([x, x])", "x.t()", "x.transpose(0, 1).contiguous()", "x.sigmoid().log()", "x ** 2",
                 "x.reshape(6)[1:4]", "torch.where(x > 0, x, -x)", "x.clamp(min=0.1)", "x.max()", "x / x.norm()",
                 "x.unsqueeze(0).expand(4, 2, 3)", "torch.stack([x, x * 2])", "x.split(1)[0]", "x.abs().sqrt()"]:
        numbers = [[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]]
        ours = wick.tensor(numbers, requires_grad=True)
        theirs = torch.tensor(numbers, requires_grad=True)
        a = eval(text, {"x": ours, "torch": wick})
        b = eval(text, {"x": theirs, "torch": torch})
        assert repr(a) == repr(b), text
        a.sum().backward()
        b.sum().backward()
        assert ours.grad.tolist() == pytest.approx(theirs.grad.tolist() if ours.grad.dim() == 1 else
                                                   [pytest.approx(r, rel=1e-5, abs=1e-6) for r in theirs.grad.tolist()]), text


def test_a_scripted_network_is_recorded_as_one_function():
    wick.manual_seed(1)
    net = nn.Sequential(nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 2))
    x = wick.randn(3, 8, requires_grad=True)
    net(x).sum().backward()
    expected = [p.grad.tolist() for p in [x, *net.parameters()]]
    scripted = wick.jit.script(net)
    x.grad = None
    net.zero_grad()
    out = scripted(x)
    assert repr(out).endswith("grad_fn=<DifferentiableGraphBackward>)")
    out.sum().backward()
    for p, e in zip([x, *net.parameters()], expected):
        assert wick.allclose(p.grad, wick.tensor(e))
    with pytest.raises(RuntimeError, match="a second time"):
        out.sum().backward()
    with wick.no_grad():
        assert not scripted(x).requires_grad


def test_only_what_is_wanted_is_differentiated():
    @wick.jit.script
    def f(a: wick.Tensor, b: wick.Tensor):
        c = a * b
        return c.exp() + b, c.tanh()

    a = wick.tensor([0.5, 1.0], requires_grad=True)
    b = wick.tensor([2.0, -1.0])
    first, second = f(a, b)
    (first.sum() + 3 * second.sum()).backward()
    c = a.detach() * b
    assert wick.allclose(a.grad, b * (c.exp() + 3 * (1 - c.tanh() ** 2)))
    # One result alone.
    a.grad = None
    f(a, b)[1].sum().backward()
    assert wick.allclose(a.grad, b * (1 - c.tanh() ** 2))


def test_gradients_of_scripts_have_gradients():
    @wick.jit.script
    def f(x: wick.Tensor, w: wick.Tensor):
        return (x @ w).tanh().sum()

    x = wick.rand(2, 3, dtype=wick.float64).requires_grad_()
    w = wick.rand(3, 2, dtype=wick.float64).requires_grad_()
    assert f(x, w).grad_fn.name() == "DifferentiableGraphBackward"
    assert wick.autograd.gradcheck(f, (x, w))
    assert wick.autograd.gradgradcheck(f, (x, w))


def test_scripts_that_broadcast_and_loop():
    @wick.jit.script
    def f(x: wick.Tensor, n: int):
        for i in range(n):
            y = x * wick.tensor([1.0, 2.0, 3.0]) + i
            x = y.mean(1, True).sigmoid() + x
        return x

    x = wick.rand(2, 1, requires_grad=True)
    f(x, 3).sum().backward()
    got, x.grad = x.grad, None
    z = x
    for i in range(3):
        z = (z * wick.tensor([1.0, 2.0, 3.0]) + i).mean(1, True).sigmoid() + z
    z.sum().backward()
    assert got.shape == x.shape and wick.allclose(got, x.grad)


def test_errors_in_a_recorded_script_show_the_program():
    @wick.jit.script
    def f(x: wick.Tensor):
        y = x.exp() * 2
        return y.view([5, 5]) + y.sin()

    with pytest.raises(RuntimeError) as plain, wick.no_grad():
        f(wick.ones(3))
    with pytest.raises(RuntimeError) as recorded:
        f(wick.ones(3, requires_grad=True))
    assert str(recorded.value) == str(plain.value)


def test_backward_inside_a_script():
    @wick.jit.script
    def f(x: wick.Tensor):
        y = x * 2
        y.retain_grad()
        (y * y).sum().backward()
        return x.grad, y.grad

    x = wick.tensor([1.0, 3.0], requires_grad=True)
    of_x, of_y = f(x)
    assert of_x.tolist() == [8, 24] and of_y.tolist() == [4, 12]
    assert x.grad.tolist() == [8, 24]


def test_writes_through_data_are_not_heard_of(t):
    x = t.ones(3, requires_grad=True)
    y = x * 2
    z = (y * y).sum()
    version = y._version
    y.data[0] = 5
    y.data.view(3, 1)[1].mul_(2)
    assert y._version == version and y.tolist() == [5.0, 4.0, 2.0]
    z.backward()
    assert x.grad.tolist() == [20.0, 16.0, 8.0]
    # The packed form of a weight follows all the same.
    linear = t.nn.Linear(2, 2)
    linear.weight.data.fill_(1)
    linear.bias.data.zero_()
    assert linear(t.ones(20, 2)).sum().item() == 80
    data = y.data
    product = data * x
    data.add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        product.sum().backward()


def test_an_operator_made_of_others_fails_as_one(t):
    with pytest.raises(RuntimeError) as raised:
        t.nn.LayerNorm(32)(t.randn(2, 32, 4, 4))
    assert str(raised.value) == "Given normalized_shape=[32], expected input with shape [*, 32], but got input of size[2, 32, 4, 4]"
