"""wick.jit.script: functions, classes and modules from their Python text."""
import enum
import linecache
import math
from typing import Dict, List, NamedTuple, Optional, Tuple

import pytest

import wick
from wick import nn

SCALE = 2.5


def add(a, b):
    return a + b


def uses_names(a, b, times: int = 2):
    """Globals: a function, a constant, modules."""
    total = add(a, b) * SCALE
    for _ in range(times):
        total = wick.relu(total) + math.sqrt(4.0)
    return total


def even(n: int) -> bool:
    return True if n == 0 else odd(n - 1)


def odd(n: int) -> bool:
    return False if n == 0 else even(n - 1)


class Point(NamedTuple):
    x: int
    y: int


class Color(enum.Enum):
    RED = 1
    BLUE = 2


@wick.jit.script
class Counter:
    def __init__(self, start: int):
        self.value = start

    def up(self, by: int) -> int:
        self.value += by
        return self.value


def uses_classes(n: int) -> Tuple[int, int, bool]:
    counter = Counter(n)
    counter.up(2)
    point = Point(counter.value, 1)
    return point.x, point.y, Color.RED == Color.BLUE


def lists_and_dicts(xs: List[int], names: Dict[str, float], last: Optional[int] = None) -> Tuple[List[int], float]:
    if last is not None:
        xs = xs + [last]
    return [x * 2 for x in xs], names["a"]


class Net(nn.Module):
    kind: wick.jit.Final[str]

    def __init__(self, hidden: int = 4):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(3, hidden), nn.Linear(hidden, 2)])
        self.activation = nn.functional.relu
        self.factor = 0.5
        self.kind = "net"
        self.register_buffer("shift", wick.ones(2))

    def forward(self, x):
        for layer in self.layers:
            x = self.activation(layer(x))
        if self.training:
            x = x + 1
        return x * self.factor + self.shift

    @wick.jit.export
    def twice(self, x):
        return 2 * self.forward(x)

    @wick.jit.ignore
    def only_python(self, x):
        return [x for _ in iter(int, 1)]


def test_functions():
    scripted = wick.jit.script(uses_names)
    a, b = wick.tensor([1.0, -2.0]), wick.tensor([3.0, 0.5])
    assert scripted(a, b).tolist() == uses_names(a, b).tolist()
    assert scripted(a, b, times=0).tolist() == [10.0, -3.75]
    assert scripted.name == "uses_names" and "torch.relu" in scripted.code and "prim::Loop" in str(scripted.graph)
    assert wick.jit.script(scripted) is scripted


def test_functions_are_saved_as_modules(tmp_path):
    wick.jit.save(wick.jit.script(uses_names), tmp_path / "f.pt")
    loaded = wick.jit.load(tmp_path / "f.pt")
    assert loaded(wick.ones(1), wick.ones(1), times=1).item() == 7


def test_decorated_and_closed_over():
    factor = 3

    @wick.jit.script
    def inner(x):
        return x * factor

    assert inner(wick.ones(2)).tolist() == [3, 3]


def test_containers_and_classes():
    assert wick.jit.script(lists_and_dicts)([1, 2], {"a": 0.5}, 3) == ([2, 4, 6], 0.5)
    assert wick.jit.script(uses_classes)(5) == (7, 1, False)


def test_wrong_arguments():
    scripted = wick.jit.script(lists_and_dicts)
    with pytest.raises(RuntimeError, match="is missing value for argument 'names'"):
        scripted([1])
    with pytest.raises(RuntimeError, match="Expected a value of type 'List\\[int\\]' for argument 'xs'"):
        scripted(1, {"a": 0.5})


def test_what_does_not_compile():
    def wrong(x):
        return x.nothing()

    with pytest.raises(wick.CompileError, match=r"'Tensor \(inferred\)' object has no attribute or method 'nothing'") as raised:
        wick.jit.script(wrong)
    assert "test_script.py" in str(raised.value) and "~~~~~~~~~ <--- HERE" in str(raised.value)
    with pytest.raises(TypeError):
        wick.jit.script(3)


def test_exceptions_of_programs():
    def checks(n: int) -> int:
        if n < 0:
            raise ValueError("negative")
        return n

    with pytest.raises(wick.jit.Error, match="negative"):
        wick.jit.script(checks)(-1)


def test_prints_go_to_sys_stdout(capsys):
    def says(x: int):
        print("x is", x)

    wick.jit.script(says)(3)
    assert capsys.readouterr().out == "x is 3\n"


def test_modules():
    net = Net()
    scripted = wick.jit.script(net)
    x = wick.randn(5, 3)
    assert wick.allclose(scripted(x), net(x)) and wick.allclose(scripted.twice(x), net.twice(x))
    assert sorted(scripted.methods()) == ["forward", "twice"]
    assert wick.allclose(scripted.eval()(x), net.eval()(x))
    # The parameters are those of the module itself.
    net.layers[0].weight.data.zero_()
    assert wick.allclose(scripted(x), net(x))
    assert list(scripted.state_dict()) == list(net.state_dict()) == ["shift", "layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias"]


SEQUENTIAL = """def forward(self,
    input: Tensor) -> Tensor:
  _0 = getattr(self, "0")
  _1 = getattr(self, "1")
  _2 = getattr(self, "2")
  _3 = getattr(self, "3")
  _4 = getattr(self, "4")
  input0 = (_0).forward(input, )
  input1 = (_1).forward(input0, )
  input2 = (_2).forward(input1, )
  input3 = (_3).forward(input2, )
  return (_4).forward(input3, )
"""


def mlp(nn):
    return nn.Sequential(nn.Linear(512, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 2))


def test_the_code_of_a_sequential():
    net = wick.jit.script(mlp(nn))
    assert net.code == SEQUENTIAL
    assert net(wick.randn(size=(1, 512))).shape == (1, 2)


def test_archives_go_to_pytorch(tmp_path, torch):
    net = mlp(nn)
    wick.jit.script(net).save(str(tmp_path / "net.pt"))
    loaded = torch.jit.load(str(tmp_path / "net.pt"))
    torch.manual_seed(0)
    theirs = mlp(torch.nn)
    x = torch.randn(1, 512)
    assert loaded.code == torch.jit.script(theirs).code == SEQUENTIAL
    # The same seed, the same weights.
    assert torch.equal(loaded.state_dict()["0.weight"], theirs[0].weight)
    assert torch.allclose(loaded(x), theirs(x), atol=1e-6)


def test_modules_of_pytorch(torch):
    class Theirs(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.features = torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.ReLU(), torch.nn.MaxPool2d(2))
            self.head = torch.nn.Linear(4, 2)

        def forward(self, x):
            x = self.features(x).mean((2, 3))
            return torch.nn.functional.softmax(self.head(x), dim=1)

    theirs = Theirs().eval()
    ours = wick.jit.script(theirs)
    x = torch.randn(2, 1, 8, 8)
    result = torch.from_dlpack(ours(wick.from_dlpack(x)))
    assert torch.allclose(result, theirs(x), atol=1e-6)
    assert dict(ours.named_parameters())["head.weight"].data_ptr() == theirs.head.weight.data_ptr()


@pytest.mark.parametrize("text, shape", [
    ("LSTM(3, 4, num_layers=2)", (5, 2, 3)),
    ("TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2, enable_nested_tensor=False)", (2, 5, 8)),
    ("Sequential(nn.Conv1d(2, 4, 3, padding='same'), nn.InstanceNorm1d(4), nn.ELU(), nn.Flatten(), nn.LazyLinear(3))", (2, 2, 6)),
])
def test_layers_of_pytorch(text, shape, torch):
    theirs = eval("nn." + text, {"nn": torch.nn}).eval()
    x = torch.randn(shape)
    with torch.no_grad():
        expected = theirs(x)
    got = wick.jit.script(theirs)(wick.from_dlpack(x))
    if isinstance(expected, tuple):
        expected, got = expected[0], got[0]
    assert torch.allclose(torch.from_dlpack(got.detach()), expected, atol=1e-5)


NOTEBOOK = """
class Cell(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 2)

    def forward(self, x):
        return helper(self.layer(x))

def helper(x):
    return x * 2
"""


def test_classes_of_a_notebook():
    # A cell has no file; its lines are in linecache.
    linecache.cache["<cell>"] = (len(NOTEBOOK), None, NOTEBOOK.splitlines(keepends=True), "<cell>")
    names = {"nn": nn, "__name__": "__main__"}
    exec(compile(NOTEBOOK, "<cell>", "exec"), names)
    net = names["Cell"]()
    x = wick.ones(1, 2)
    assert wick.jit.script(net)(x).tolist() == net(x).tolist()


def test_fork_and_wait():
    def forks(x):
        future = wick.jit.fork(add, x, x)
        return wick.jit.wait(future) + x

    assert forks(wick.ones(1)).item() == 3
    assert wick.jit.script(forks)(wick.ones(1)).item() == 3
    assert not wick.jit.is_scripting() and wick.jit.annotate(int, 3) == 3
    assert wick.jit.isinstance([1, 2], List[int]) and not wick.jit.isinstance([1, "a"], List[int])


def test_recursion_between_functions():
    assert wick.jit.script(even)(10) is True


class Scaled(wick.jit.ScriptModule):
    def __init__(self, scale: float):
        super().__init__()
        self.fc = nn.Linear(2, 2)
        self.scale = scale

    @wick.jit.script_method
    def forward(self, x):
        return self.twice(self.fc(x)) * self.scale

    @wick.jit.script_method
    def twice(self, x):
        return x * 2


def test_a_class_of_script_modules():
    net, x = Scaled(3.0), wick.randn(1, 2)
    assert isinstance(net, wick.jit.ScriptModule) and isinstance(net, Scaled) and not isinstance(nn.ReLU(), wick.jit.ScriptModule)
    assert wick.equal(net(x), net.fc(x) * 2 * 3.0)
    assert wick.equal(net.twice(x), x * 2)
    assert net.original_name == "Scaled" and list(net.state_dict()) == ["fc.weight", "fc.bias"]


def test_units_of_text(t):
    unit = t.jit.CompilationUnit("""
def f(x):
    return x + 1

def g(x, n: int):
    return f(x) * n

def h(x):
    # type: (List[int]) -> int
    return x[0]
""")
    assert unit.g(t.ones(1), 3).item() == 6 and unit.f(t.ones(1)).item() == 2 and unit.h([4, 5]) == 4
    unit.define("""
def k(x):
    return x
""")
    assert unit.k(t.ones(1)).item() == 1
    with pytest.raises(AttributeError):
        unit.nope
