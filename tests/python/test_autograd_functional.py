"""torch.autograd.functional: the same of wick and of PyTorch, where that is installed."""
import pytest


def numbers(t, *values, **options):
    return t.tensor(values, dtype=t.float64, **options)


def test_jacobians(t):
    x, y = numbers(t, 1.0, 2.0), numbers(t, 3.0)
    jacobian = t.autograd.functional.jacobian
    assert jacobian(lambda x: x ** 2, x).tolist() == [[2, 0], [0, 4]]
    found = jacobian(lambda x, y: (x * y, x.sum()), (x, y))
    assert isinstance(found, tuple) and isinstance(found[0], tuple)
    assert [[f.tolist() for f in row] for row in found] == [[[[3, 0], [0, 3]], [[1], [2]]], [[1, 1], [0]]]
    assert not found[0][0].requires_grad
    z = numbers(t, 1.0, 2.0, requires_grad=True)
    found = jacobian(lambda z: z ** 3, z, create_graph=True)
    found.sum().backward()
    assert z.grad.tolist() == [6, 12]


def test_hessians(t):
    x, y = numbers(t, 1.0, 2.0), numbers(t, 3.0)
    hessian = t.autograd.functional.hessian
    assert hessian(lambda x: (x ** 3).sum(), x).tolist() == [[6, 0], [0, 12]]
    found = hessian(lambda x, y: (x * y).sum() + y[0] ** 2, (x, y))
    assert [[f.tolist() for f in row] for row in found] == [[[[0, 0], [0, 0]], [[1], [1]]], [[[1, 1]], [[2]]]]
    with pytest.raises(RuntimeError, match="The Tensor returned by the function given to hessian should contain a single element"):
        hessian(lambda x: x, x)


def test_products(t):
    functional = t.autograd.functional
    x, y, v, w = numbers(t, 1.0, 2.0), numbers(t, 3.0), numbers(t, 1.0, -1.0), numbers(t, 2.0)
    value, found = functional.vjp(lambda x, y: x * y, (x, y), v)
    assert value.tolist() == [3, 6] and [f.tolist() for f in found] == [[3, -3], [-1]]
    value, found = functional.jvp(lambda x, y: (x * y, y), (x, y), (v, w))
    assert [f.tolist() for f in found] == [[5, 1], [2]] and not found[0].requires_grad
    value, found = functional.vjp(lambda x: x.sum(), x)
    assert value.item() == 3 and found.tolist() == [1, 1]
    for product in (functional.hvp, functional.vhp):
        value, found = product(lambda x, y: (x ** 3).sum() * y[0], (x, y), (v, w))
        assert value.item() == 27 and [f.tolist() for f in found] == [[24, -12], [-9]]
    with pytest.raises(RuntimeError, match="The vector v can only be None if"):
        functional.vjp(lambda x: x * 2, x)
    with pytest.raises(RuntimeError, match="The vector v can only be None if"):
        functional.jvp(lambda x: x * 2, x)


@pytest.mark.parametrize("name", ["jacobian", "hessian", "vjp", "jvp", "hvp"])
def test_strictness(t, name):
    """A result that does not depend on an input is an error where that is asked for."""
    x, y = numbers(t, 1.0, 2.0), numbers(t, 3.0)
    v = () if name in ("jacobian", "hessian") else (y,) if name == "vjp" else ((x, y),)
    function = getattr(t.autograd.functional, name)
    function(lambda x, y: (x ** 3).sum().reshape(1), (x, y), *v)
    with pytest.raises(RuntimeError, match="is independent of"):
        function(lambda x, y: (x ** 3).sum().reshape(1), (x, y), *v, strict=True)


def test_mistakes(t):
    functional = t.autograd.functional
    x = numbers(t, 1.0, 2.0)
    with pytest.raises(TypeError, match="The inputs given to jacobian must be either a Tensor or a tuple of Tensors"):
        functional.jacobian(lambda x: x, 3)
    with pytest.raises(RuntimeError, match="v has invalid size: should be torch.Size"):
        functional.vjp(lambda x: x * 2, x, numbers(t, 1.0))
