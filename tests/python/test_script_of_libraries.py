"""wick.jit.script of modules as libraries have them: helpers in modules of their own, named tuples that are made by a call, objects of
plain classes, and Python beside what is compiled."""
import collections
import importlib
import itertools
import re
import sys
import time
import typing
from collections import OrderedDict
from typing import Dict, List, Optional

import pytest

import wick as torch
from wick import Tensor, nn

HELPERS = '''
from typing import List
import wick as torch
from wick import Tensor

FACTOR = 3.0

class Coder:
    def __init__(self, weights: List[float], shift: float = 1.0):
        self.weights = weights
        self.shift = shift

    def encode(self, x: Tensor) -> Tensor:
        return x * self.weights[0] + self.shift

def scaled(x: Tensor) -> Tensor:
    return x * FACTOR
'''

Result = collections.namedtuple("Result", ["out", "count", "aux"], defaults=[None])
Result.__annotations__ = {"out": Tensor, "count": int, "aux": Optional[Tensor]}
Untyped = collections.namedtuple("Untyped", "left right")


@pytest.fixture(scope="module")
def helpers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("package")
    (folder / "script_helpers.py").write_text(HELPERS)
    sys.path.insert(0, str(folder))
    yield importlib.import_module("script_helpers")
    sys.path.remove(str(folder))


script_helpers = None


class Head(nn.Module):
    __annotations__ = {"best": Optional[List[float]]}

    def __init__(self, width):
        super().__init__()
        self.sizes = list(itertools.repeat(width, 2))
        self.coder = script_helpers.Coder([2.0, 1.0])
        self.best = None

    def forward(self, x: Tensor) -> Tensor:
        if self.best is None:
            self.best = [0.5]
        torch._assert(x.dim() == 1, f"expected a vector, got {x.shape}")
        return script_helpers.scaled(self.coder.encode(x)) + self.sizes[0]


def test_what_stands_in_other_modules(helpers):
    global script_helpers
    script_helpers = helpers
    scripted = torch.jit.script(Head(4))
    x = torch.tensor([1.0, 2.0])
    assert scripted(x).tolist() == ((x * 2 + 1) * 3 + 4).tolist()
    with pytest.raises(Exception, match=r"expected a vector, got \[1, 2\]"):
        scripted(x.unsqueeze(0))


def test_named_tuples_made_by_a_call():
    def forward(x: Tensor) -> Result:
        return Result(x, 2, None)

    result = torch.jit.script(forward)(torch.ones(2))
    assert (result.out.tolist(), result.count, result.aux) == ([1.0, 1.0], 2, None)

    def untyped(pair: Untyped) -> Tensor:
        return pair.left + pair.right

    assert torch.jit.script(untyped)(Untyped(torch.ones(1), torch.ones(1))).tolist() == [2.0]


def test_ordered_dicts():
    def collect(x: Tensor) -> Dict[str, Tensor]:
        found = OrderedDict()
        found["b"] = x
        found["a"] = x + 1
        return found

    scripted = torch.jit.script(collect)
    assert list(scripted(torch.zeros(1))) == ["b", "a"]
    assert "aten::dict()" in str(scripted.graph)


@torch.jit.unused
def outside(x: Tensor) -> Tensor:
    import math
    return x * math.tau


def test_functions_that_are_not_compiled():
    def maybe(x: Tensor, go: bool) -> Tensor:
        if go:
            x = outside(x)
        return x

    scripted = torch.jit.script(maybe)
    assert scripted(torch.ones(1), False).tolist() == [1.0]
    with pytest.raises(Exception, match="outside"):
        scripted(torch.ones(1), True)


class Config:
    """Names Layer, whose constructor names it."""

    def __init__(self):
        self.make = Layer


class Layer(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.factor = 2.0

    def forward(self, x: Tensor) -> Tensor:
        return x * self.factor


def test_classes_that_name_each_other():
    assert torch.jit.script(Layer(Config()))(torch.ones(1)).tolist() == [2.0]


def test_values_of_python_are_named_as_what_they_are():
    counter = itertools.count()

    def f(x: Tensor) -> Tensor:
        return x + next(counter)

    with pytest.raises(Exception, match="count"):
        torch.jit.script(f)
    assert typing.get_type_hints(Result)["count"] is int


class Point:
    def __init__(self, x: int):
        self.x = x


class Points(nn.Module):
    def __init__(self, value):
        super().__init__()
        self.value = value

    def forward(self) -> int:
        total = self.value["first"][0].x
        for point in self.value["first"]:
            total += point.x
        return total


def test_containers_of_objects():
    assert torch.jit.script(Points({"first": [Point(1), Point(2)]}))() == 4


@pytest.mark.parametrize("value, why", [
    ([], "'list' to a TorchScript type. List trace inputs must have elements. Its type was inferred"),
    ([1, "a"], "List inputs to traced functions must have consistent element type. Found int and str."),
    ([[1], ["a"]], "Found List[int] and List[str]."),
    ({"a": 1, "b": "c"}, "Dictionary inputs to traced functions must have consistent type. Found int and str."),
    ([nn.ReLU()], "Could not infer type of list element: Cannot infer concrete type of torch.nn.Module."),
    ({1, 2}, "supported as inputs or outputs of traced functions, but instead got value of type set."),
    ({frozenset(): 1}, "'dict' to a TorchScript type."),
])
def test_attributes_without_a_type(value, why):
    class Own(nn.Module):
        def __init__(self):
            super().__init__()
            self.value = value

        def forward(self):
            return self.value

    with pytest.raises(Exception, match=re.escape(why)):
        torch.jit.script(Own())


def test_modules_of_python():
    def limit() -> int:
        return sys.maxsize

    def now() -> float:
        return time.time()

    assert torch.jit.script(limit)() == sys.maxsize
    with pytest.raises(Exception, match="Python builtin <built-in function time> is currently not supported in Torchscript"):
        torch.jit.script(now)


Kind = typing.TypeVar("Kind")
doubled = lambda x: x * 2  # noqa: E731


def test_what_is_no_value_of_programs():
    def of_any_kind(x: Kind):
        return x

    def by_lambda(x: Tensor):
        return doubled(x)

    with pytest.raises(Exception, match="Unknown type name 'Kind'"):
        torch.jit.script(of_any_kind)
    with pytest.raises(Exception, match="Expected a single top-level function"):
        torch.jit.script(by_lambda)
