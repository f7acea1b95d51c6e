"""autograd.forward_ad: derivatives along directions."""
import pytest


def close(a, b):
    return abs(a.detach() - b.detach()).max().item() < 1e-5


def test_tangents_follow(t):
    forward = t.autograd.forward_ad
    x, direction = t.tensor([0.5, 1.0, 2.0]), t.tensor([1.0, 0.0, -1.0])
    with forward.dual_level():
        dual = forward.make_dual(x, direction)
        assert forward.unpack_dual(dual).tangent.tolist() == [1, 0, -1]
        primal, tangent = forward.unpack_dual(dual.sin() * dual)
        assert close(primal, x.sin() * x) and close(tangent, direction * (x.cos() * x + x.sin()))
        assert not primal.requires_grad and not tangent.requires_grad
        total = forward.unpack_dual((dual @ dual).exp())
        assert close(total.tangent, (x @ x).exp() * 2 * (x @ direction))
        assert forward.unpack_dual(x * 2).tangent is None
        assert forward.unpack_dual(dual.detach()).tangent is None
    assert forward.unpack_dual(dual).tangent is None


def test_several_duals_and_layers(t):
    forward = t.autograd.forward_ad
    t.manual_seed(0)
    net = t.nn.Sequential(t.nn.Linear(3, 4), t.nn.Tanh(), t.nn.Linear(4, 2)).requires_grad_(False)
    x, direction = t.randn(2, 3), t.randn(2, 3)
    step = 1e-3
    with forward.dual_level():
        found = forward.unpack_dual(net(forward.make_dual(x, direction))).tangent
        a, b = forward.make_dual(t.tensor(2.0), t.tensor(1.0)), forward.make_dual(t.tensor(3.0), t.tensor(10.0))
        assert forward.unpack_dual(a * b).tangent.item() == 23
    assert abs(found - (net(x + step * direction) - net(x - step * direction)) / (2 * step)).max().item() < 1e-2


def test_tangents_have_gradients(t):
    forward = t.autograd.forward_ad
    x = t.tensor([1.0, 2.0], requires_grad=True)
    with forward.dual_level():
        dual = forward.make_dual(x, t.ones(2))
        tangent = forward.unpack_dual(dual**3).tangent
        tangent.sum().backward()
    assert x.grad.tolist() == [6, 12]


def test_complex_tangents(t):
    forward = t.autograd.forward_ad
    with forward.dual_level():
        dual = forward.make_dual(t.tensor(1 + 2j), t.tensor(3 - 1j))
        assert abs(forward.unpack_dual(dual * dual).tangent.item() - 2 * (1 + 2j) * (3 - 1j)) < 1e-5


def test_wrong_duals(t):
    forward = t.autograd.forward_ad
    with pytest.raises(RuntimeError, match="no level exists, make sure to enter_dual_level"):
        forward.make_dual(t.ones(1), t.ones(1))
    with pytest.raises(RuntimeError, match="Dual level must be a positive number."):
        forward.exit_dual_level()
    with forward.dual_level():
        with pytest.raises(ValueError, match="Expected primal to be floating point or complex, but got: torch.int64"):
            forward.make_dual(t.tensor(1), t.ones(()))
        with pytest.raises(RuntimeError, match=r"different size than that of the original Tensor.* \[2\] while the given forward gradient is of size \[3\]"):
            forward.make_dual(t.ones(2), t.ones(3))
        with pytest.raises(RuntimeError, match="Nested forward mode AD is not supported"):
            forward.enter_dual_level()
