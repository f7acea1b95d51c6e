"""What wick.jit.script leaves to Python: functions with a backward of their own, ignored functions and methods, objects that are
callable. Graphs and results are PyTorch's."""
import functools
import re
from typing import List

import pytest

import wick as torch
from wick import Tensor, nn


def double_and_triple(t):
    """A function of the package `t` whose gradient is not that of what it computes."""

    class Scaled(t.autograd.Function):
        @staticmethod
        def forward(ctx, x, by):
            ctx.by = by
            return x * by

        @staticmethod
        def backward(ctx, grad):
            return grad * (ctx.by + 1), None

    return Scaled


Scaled = double_and_triple(torch)
scaled = Scaled.apply


def by_class(x):
    return Scaled.apply(x, 2) + Scaled.apply(x, 2)


def by_name(x):
    return scaled(x, 2)


class Net(nn.Module):
    def forward(self, x):
        y = Scaled.apply(x.exp(), 2)
        return y.sum()


def without_places(graph):
    return re.sub(r" # .*", "", str(graph))


@pytest.mark.parametrize("function, gradient", [(by_class, 6.0), (by_name, 3.0)])
def test_functions_with_their_own_backward(function, gradient):
    scripted = torch.jit.script(function)
    x = torch.ones(2, requires_grad=True)
    y = scripted(x)
    assert y.tolist() == function(x).tolist()
    y.sum().backward()
    assert x.grad.tolist() == [gradient, gradient]
    assert "^Scaled[]()(%x.1, %" in str(scripted.graph)


def test_gradients_go_on_behind_them():
    x = torch.zeros(2, requires_grad=True)
    scripted = torch.jit.script(Net())
    scripted(x).backward()
    assert x.grad.tolist() == [3.0, 3.0]
    assert "^Scaled(" in scripted.code


def test_they_are_not_saved(tmp_path):
    with pytest.raises(Exception, match="Could not export Python function call 'Scaled'. Remove calls to Python functions before export."):
        torch.jit.save(torch.jit.script(Net()), str(tmp_path / "net.pt"))


seen = []


@torch.jit.ignore
def noted(x: Tensor, names: List[str]) -> int:
    seen.append((x.tolist(), names))
    return len(names)


@torch.jit.ignore
def of_tensors(x):
    return x if x.sum() > 0 else "nothing"


@functools.lru_cache(None)
def remembered(n: int) -> int:
    seen.append(n)
    return n + 1


def plus(by: int, n: int) -> int:
    return by + n


plus_ten = functools.partial(plus, 10)


class Counting(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    @torch.jit.ignore
    def note(self, x: Tensor) -> Tensor:
        seen.append(float(self.weight.sum()))
        return x + self.weight

    def forward(self, x: Tensor) -> Tensor:
        return self.note(x) * 2


def test_ignored_functions_run_in_python():
    def count(x: Tensor) -> int:
        return noted(x, ["a", "b"]) * 10

    seen.clear()
    scripted = torch.jit.script(count)
    assert scripted(torch.ones(1)) == 20 and seen == [([1.0], ["a", "b"])]
    assert "int = ^noted[]()(%x.1, %" in str(scripted.graph)


def test_ignored_methods_get_the_scripted_module():
    seen.clear()
    assert torch.jit.script(Counting())(torch.ones(1)).tolist() == [4.0] and seen == [1.0]


def test_results_have_the_declared_type():
    def call(x):
        return of_tensors(x)

    scripted = torch.jit.script(call)
    assert scripted(torch.ones(1)).tolist() == [1.0]
    with pytest.raises(Exception, match="expected value of type Tensor for return value but instead got value of type str."):
        scripted(-torch.ones(1))


def test_callable_objects():
    def twice(n: int) -> int:
        return remembered(n) + remembered(n) + plus_ten(n)

    seen.clear()
    assert torch.jit.script(twice)(3) == 21 and seen == [3]


def test_what_they_raise():
    @torch.jit.ignore
    def raises(x: Tensor) -> Tensor:
        raise KeyError("lost")

    def call(x):
        return raises(x)

    with pytest.raises(KeyError, match="lost"):
        torch.jit.script(call)(torch.ones(1))


def test_graphs_as_pytorch(torch):
    def of(t):
        own = double_and_triple(t)

        def function(x):
            return own.apply(x, 2) + 1

        return without_places(t.jit.script(function).graph)

    import wick

    assert of(wick) == of(torch)
