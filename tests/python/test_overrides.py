"""Types that take functions of torch over: __torch_function__."""
import pytest


def diagonal(t):
    class Diagonal:
        """value times the unit matrix."""

        def __init__(self, size, value):
            self.size, self.value = size, value

        def dense(self):
            return self.value * t.eye(self.size)

        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            assert all(issubclass(one, Diagonal) for one in types)
            if func is t.mean:
                return args[0].value / args[0].size
            if func is t.add:
                return Diagonal(args[0].size, args[0].value + args[1].value * (kwargs or {}).get("alpha", 1))
            if func in (t.matmul, t.cat, t.Tensor.add):
                def whole(one):
                    return one.dense() if isinstance(one, cls) else [whole(item) for item in one] if isinstance(one, list) else one

                return func(*map(whole, args), **(kwargs or {}))
            return NotImplemented

    return Diagonal


def test_functions_are_taken_over(t):
    Diagonal = diagonal(t)
    two = Diagonal(3, 2.0)
    assert t.mean(two) == pytest.approx(2 / 3)
    assert t.add(two, Diagonal(3, 1.0), alpha=3).value == 5
    assert t.matmul(t.ones(1, 3), two).tolist() == [[2, 2, 2]]
    assert t.cat([two, t.zeros(1, 3)]).shape == (4, 3)
    assert t.ones(3, 3).add(two).diagonal().tolist() == [3, 3, 3]
    with pytest.raises(TypeError):
        t.sin(two)


def test_who_takes_functions_over(t):
    Diagonal = diagonal(t)
    two = Diagonal(3, 2.0)
    assert t.overrides.has_torch_function((1, two)) and not t.overrides.has_torch_function((1, t.ones(1)))
    assert t.overrides.is_tensor_like(two) and t.overrides.is_tensor_like(t.ones(1)) and not t.overrides.is_tensor_like(1)
    assert t.overrides.handle_torch_function(t.mean, (two,), two) == pytest.approx(2 / 3)


def test_einsum_gives_its_operands_one_by_one(t):
    class Named:
        def __init__(self, name):
            self.name = name

        def __torch_function__(self, func, types, args=(), kwargs=None):
            return func is t.einsum, args[0], [one.name for one in args[1:]]

    assert t.einsum("i,i->", [Named("a"), Named("b")]) == (True, "i,i->", ["a", "b"])
    assert t.einsum("ij,jk->ik", t.ones(2, 3), t.ones(3, 2)).tolist() == [[3, 3], [3, 3]]
    assert t.einsum("i,i->", [t.ones(2), t.ones(2)]).item() == 2 == t.functional.einsum("i,i->", t.ones(2), t.ones(2)).item()
