"""Programs of every kind of syntax, a method each: what they are worth is their text, in which PyTorch numbers every value.

The modules are nothing else than that; nets.py has those that do something.
"""
import enum
import math
import warnings
from typing import Any, Dict, List, NamedTuple, Optional, Tuple, Union

import torch
from torch import Tensor, nn


class Color(enum.Enum):
    RED = 1
    GREEN = 2


class Mode(enum.Enum):
    A = "a"
    B = "b"


class Level(enum.Enum):
    LOW = 0.5
    HIGH = 1.5


class Pair(NamedTuple):
    x: Tensor
    n: int


class Point(NamedTuple):
    x: int
    y: float = 2.0
    name: str = "p"


class Nested(NamedTuple):
    p: Point
    items: List[Optional[Tensor]]


@torch.jit.script
class Counter:
    def __init__(self, n: int):
        self.n = n
        self.names: List[str] = []

    def __len__(self) -> int:
        return self.n

    def __bool__(self) -> bool:
        return self.n > 0

    def __contains__(self, k: int) -> bool:
        return k < self.n

    def __getitem__(self, k: int) -> int:
        return self.n + k

    def __setitem__(self, k: int, v: int):
        self.n = k + v

    def __add__(self, other: int) -> int:
        return self.n + other

    def __lt__(self, other: int) -> bool:
        return self.n < other

    def __neg__(self) -> int:
        return -self.n

    def __str__(self) -> str:
        return "Counter"

    def step(self) -> bool:
        self.n += 1
        return self.n > 3

    def me(self):
        return self


@torch.jit.script
class Guard:
    def __init__(self, x: int):
        self.x = x

    def __enter__(self):
        self.x += 1
        return self

    def __exit__(self, a: Any, b: Any, c: Any):
        self.x -= 1


@torch.jit.script
class Number:
    def __init__(self, a: int, b: Optional[Tensor] = None):
        self.a = a
        self.b = b

    @property
    def twice(self) -> int:
        return self.a * 2

    @twice.setter
    def twice(self, v: int):
        self.a = v // 2

    @staticmethod
    def make(n: int) -> "int":
        return n + 100

    def __eq__(self, o: "Number") -> bool:
        return self.a == o.a

    def __call__(self, x: int) -> int:
        return self.a + x

    def __iadd__(self, o: int) -> "Number":
        self.a += o
        return self

    def __len__(self) -> int:
        return self.a

    def add(self, other: "Number") -> "Number":
        return Number(self.a + other.a, self.b)


@torch.jit.script
class Stack:
    def __init__(self):
        self.items: List[int] = []

    def push(self, x: int):
        self.items.append(x)

    def pop(self) -> int:
        return self.items.pop()

    def __len__(self) -> int:
        return len(self.items)


@torch.jit.script
class Holder:
    def __init__(self, v: int, s: Stack):
        self.v = v
        self.s = s


def helper(x: Tensor, n: int = 3) -> Tensor:
    return x + n


def with_text(x: Tensor, s: str) -> Tuple[Tensor, str]:
    return helper(x, n=5), s + "!"


def shifted(x: Tensor, scale: float = 2.0, shift: Optional[int] = None) -> Tensor:
    if shift is not None:
        x = x + shift
    return x * scale


def tripled(x: Tensor) -> Tensor:
    return shifted(x, scale=3.0)


def outer(x: Tensor, flag: bool) -> Tensor:
    if flag:
        return tripled(x)
    y = tripled(x) + shifted(x, shift=2)
    return y


class Loops(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x

    @torch.jit.export
    def early_return(self, xs: List[int], k: int) -> int:
        for i in range(len(xs)):
            if xs[i] == k:
                return i
        return -1

    @torch.jit.export
    def nested_break(self, n: int) -> int:
        total = 0
        for i in range(n):
            for j in range(i):
                if j % 2 == 0:
                    continue
                if j > 5:
                    break
                total += j
            if total > 100:
                break
        return total

    @torch.jit.export
    def while_return(self, n: int) -> int:
        while n > 0:
            n -= 1
            if n == 7:
                return n * 2
            elif n == 3:
                continue
            n -= 1
        return n

    @torch.jit.export
    def while_true(self, x: Tensor) -> Tensor:
        i = 0
        while True:
            x = x * 2
            i += 1
            if i > 3:
                break
        return x

    @torch.jit.export
    def range_step(self, a: int, b: int) -> List[int]:
        out: List[int] = []
        for i in range(a, b, 2):
            out.append(i)
        for j in range(b, a, -1):
            out.append(j)
        return out

    @torch.jit.export
    def enumerate_zip(self, xs: List[float], ys: List[int]) -> float:
        total = 0.0
        for i, x in enumerate(xs):
            total += x * i
        for x, y in zip(xs, ys):
            total += x * y
        for i, (x, y) in enumerate(zip(xs, ys)):
            total -= i + x + y
        for i, x in enumerate(xs, 3):
            total += i
        return total

    @torch.jit.export
    def over_tensor(self, x: Tensor) -> Tensor:
        out = torch.zeros(1)
        for row in x:
            out = out + row.sum()
        return out

    @torch.jit.export
    def over_str(self, s: str) -> int:
        n = 0
        for c in s:
            if c == "a":
                n += 1
        return n

    @torch.jit.export
    def over_dict(self, d: Dict[str, int]) -> int:
        n = 0
        for k in d:
            n += d[k]
        for k, v in d.items():
            n += v
        for v in d.values():
            n *= v
        return n

    @torch.jit.export
    def over_tuple(self, t: Tuple[int, int, int]) -> int:
        s = 0
        for v in t:
            s += v
        return s

    @torch.jit.export
    def loop_tensor_cond(self, x: Tensor) -> Tensor:
        while bool(x.sum() < 10):
            x = x + 1
        return x

    @torch.jit.export
    def loop_tensor_cond2(self, x: Tensor) -> Tensor:
        while x.sum() < 10:
            x = x + 1
            if x.mean() > 3:
                return x - 1
        return x

    @torch.jit.export
    def while_with_calls(self, c: Counter) -> int:
        while not c.step():
            pass
        return c.n

    @torch.jit.export
    def while_and(self, a: int, b: int) -> int:
        while a < 10 and b < 10 or a == b:
            a += 1
            b += 2
        return a + b

    @torch.jit.export
    def loop_list_cond(self, xs: List[int]) -> int:
        n = 0
        while xs:
            n += xs.pop()
        while len(xs) > 0 and n > 3:
            n -= 1
        return n

    @torch.jit.export
    def break_in_else(self, n: int) -> Tuple[int, int]:
        a = 0
        b = 0
        for i in range(n):
            if i % 3 == 0:
                a += 1
            elif i % 3 == 1:
                b += 1
                if b > 4:
                    break
            else:
                continue
            a += b
        return a, b

    @torch.jit.export
    def return_in_nested(self, n: int) -> str:
        for i in range(n):
            for j in range(n):
                if i * j == 12:
                    return "found"
                if i + j == 99:
                    return "sum"
        return "none"


class Conditions(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x

    @torch.jit.export
    def optional(self, x: Optional[Tensor], y: Optional[int]) -> Tensor:
        if x is None:
            x = torch.ones(2)
        if y is not None and y > 3:
            x = x + y
        elif y is None:
            x = x - 1
        return x

    @torch.jit.export
    def optional_or(self, x: Optional[int]) -> int:
        if x is None or x < 0:
            return 0
        return x

    @torch.jit.export
    def assert_refine(self, x: Optional[Tensor]) -> Tensor:
        assert x is not None
        assert x.dim() == 2, "bad dim"
        assert x.size(0) > 0, f"size {x.size(0)}"
        return x.sum()

    @torch.jit.export
    def union(self, x: Union[int, str, Tensor]) -> str:
        if isinstance(x, int):
            return "int" + str(x)
        elif isinstance(x, str):
            return x
        else:
            return "tensor" + str(x.dim())

    @torch.jit.export
    def union2(self, x: Union[int, float, List[int]]) -> float:
        if isinstance(x, (int, float)):
            y = 1.0
        else:
            y = float(x[0])
        return y

    @torch.jit.export
    def any_type(self, x: Any) -> int:
        if isinstance(x, int):
            return x
        if isinstance(x, str):
            return len(x)
        if torch.jit.isinstance(x, List[int]):
            return x[0]
        return -1

    @torch.jit.export
    def ternary(self, a: int, b: Optional[int]) -> int:
        c = a if a > 3 else -a
        d = b if b is not None else c
        return c + d if c > d else c - d

    @torch.jit.export
    def chained(self, a: int, b: int, c: int) -> bool:
        return a < b < c and not a == c or (a != b and b >= c)

    @torch.jit.export
    def bools(self, a: bool, b: bool, xs: List[int], s: str) -> bool:
        if xs:
            return a
        if s:
            return b
        if not xs and not s:
            return a or b
        return a and b

    @torch.jit.export
    def exceptions(self, x: int) -> int:
        if x < 0:
            raise ValueError("negative")
        elif x == 0:
            raise RuntimeError(f"zero {x}")
        if x > 100:
            raise NotImplementedError
        return x

    @torch.jit.export
    def raise_in_loop(self, xs: List[int]) -> int:
        n = 0
        for x in xs:
            if x < 0:
                raise ValueError("neg")
            n += x
        return n

    @torch.jit.export
    def both_assigned(self, c: bool, x: Tensor) -> Tensor:
        if c:
            y = x + 1
            z = x * 2
        else:
            z = x * 3
            y = x - 1
        return y / z

    @torch.jit.export
    def nested_if(self, a: int) -> int:
        if a > 0:
            if a > 10:
                r = 1
            else:
                r = 2
                if a == 5:
                    r = 3
        else:
            r = 4
        return r

    @torch.jit.export
    def is_checks(self, x: Optional[Tensor], y: Tensor) -> bool:
        return x is None or x is y

    @torch.jit.export
    def isinstance_opt(self, x: Optional[Tensor]) -> int:
        if isinstance(x, Tensor):
            return x.dim()
        return 0

    @torch.jit.export
    def list_opt(self, xs: Optional[List[Tensor]]) -> List[Tensor]:
        out: List[Tensor] = []
        if xs is not None:
            for x in xs:
                out.append(x)
            out += xs
            out.extend(xs)
        return out

    @torch.jit.export
    def tensor_if(self, x: Tensor) -> Tensor:
        if x.sum() > 0:
            return x
        if bool(x.max() == 3):
            x = -x
        return x.abs()

    @torch.jit.export
    def unwrap(self, x: Optional[Tensor]) -> Tensor:
        return torch.jit._unwrap_optional(x)

    @torch.jit.export
    def none_result(self, x: Tensor) -> Optional[Tensor]:
        if x.dim() == 1:
            return None
        return x

    @torch.jit.export
    def multi(self, x: Tensor, flag: bool) -> Tuple[Tensor, Optional[Tensor]]:
        extra: Optional[Tensor] = None
        if flag:
            extra = x + 1
        return x, extra

    @torch.jit.export
    def method_cond(self, c: Counter) -> int:
        if c.step():
            return 1
        if c:
            return 2
        return 3


class Values(nn.Module):
    scale: Tensor
    limits: List[int]
    maybe: Optional[Tensor]

    def __init__(self):
        super().__init__()
        self.register_buffer("scale", torch.tensor([2.0, 3.0]))
        self.limits = [1, 2, 3]
        self.table: Dict[str, int] = {"a": 1}
        self.count = 0
        self.maybe = None

    def forward(self, x: Tensor) -> Tensor:
        return x

    @torch.jit.export
    def comprehension(self, xs: List[int], ts: List[Tensor]) -> Tuple[List[int], List[Tensor], Dict[int, int], List[List[int]]]:
        a = [x * 2 for x in xs]
        b = [t.sum() for t in ts]
        c = {x: x + 1 for x in xs}
        d = [[y for y in range(x)] for x in xs]
        return a, b, c, d

    @torch.jit.export
    def comp_if(self, xs: List[int]) -> List[str]:
        return [str(x) for x in xs]

    @torch.jit.export
    def dicts(self, k: str) -> int:
        d = {"a": 1, "b": 2}
        d["c"] = 3
        e: Dict[str, Tensor] = {}
        e[k] = torch.ones(1)
        if k in d:
            return d[k] + len(e)
        del d["a"]
        return d.get(k, 7) + self.table["a"]

    @torch.jit.export
    def fstring(self, x: int, s: str, t: float) -> str:
        return f"{x} is {s} {t}" + "%d %s" % (x, s) + "{} {}".format(s, x)

    @torch.jit.export
    def strings(self, s: str) -> Tuple[List[str], str, bool, int, str]:
        return s.split(","), s.upper().strip(), s.startswith("a"), s.find("b"), s[1:3] + s[0] + s[-1]

    @torch.jit.export
    def string_ops(self, s: str) -> str:
        t = s.replace("a", "b") + ",".join(["x", s])
        if "a" in t and s != "q":
            t = t[::2]
        return t.lower()

    @torch.jit.export
    def slices(self, x: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        return x[0], x[1:], x[..., 0], x[:, None, ::2], x[None, ..., 1:3, -1]

    @torch.jit.export
    def index_tensor(self, x: Tensor, i: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
        return x[i], x[:, i], x[[0, 1]], x[x > 0]

    @torch.jit.export
    def index_set(self, x: Tensor, i: Tensor) -> Tensor:
        x[0] = 1
        x[1:, 0] = 2.5
        x[i] = x[0] + 1
        x[x > 1] = 0
        x[..., 0] += 1
        x[:, i] *= 2
        x[None, 0] = x[0] + 1
        return x

    @torch.jit.export
    def list_slices(self, xs: List[int]) -> List[int]:
        return xs[1:] + xs[:-1] + xs[::2] + xs[1:5:3]

    @torch.jit.export
    def list_ops(self, xs: List[int]) -> int:
        xs.append(3)
        xs.insert(0, 4)
        xs.remove(4)
        xs[0] = 5
        xs[1] += 2
        xs.sort()
        xs.reverse()
        ys = xs.copy()
        ys += xs
        del ys[0]
        ys.clear()
        return xs.pop() + xs.index(5) + xs.count(2) + sum(xs) + max(xs) + min(xs[0], 2) + sorted(xs)[0]

    @torch.jit.export
    def tuples(self, t: Tuple[int, Tensor, str]) -> Tuple[Tensor, int, Tuple[Tensor, str]]:
        a, b, c = t
        d = t[1:]
        return b + t[1], a + t[0], d

    @torch.jit.export
    def tuple_of_tuples(self, x: Tensor) -> Tuple[Tuple[Tensor, int], List[Tuple[int, Tensor]]]:
        a = (x, 1)
        b = [(1, x), (2, x + 1)]
        (c, d), e = (a, b)
        return (c, d + 1), e

    @torch.jit.export
    def named(self, x: Tensor) -> Pair:
        p = Pair(x, 3)
        q = Pair(x=p.x + 1, n=p.n * 2)
        return q

    @torch.jit.export
    def enums(self, c: Color, m: Mode) -> str:
        if c == Color.RED:
            return c.name
        if m is Mode.A or m != Mode.B:
            return m.value
        return str(c.value)

    @torch.jit.export
    def objects(self, n: int) -> int:
        c = Counter(n)
        c.names.append("x")
        c[2] = 5
        r = len(c) + c[1] + (c + 3) + -c
        if c < 5:
            r += 1
        if 3 in c:
            r += 2
        c.n += 4
        return r + c.n

    @torch.jit.export
    def with_block(self, x: int) -> int:
        g = Guard(x)
        with g as h:
            y = h.x + 1
            with Guard(y):
                y += g.x
        with torch.no_grad():
            y += 1
        return y

    @torch.jit.export
    def fork_wait(self, x: Tensor) -> Tensor:
        f = torch.jit.fork(helper, x, 2)
        g = torch.jit.fork(with_text, x, "a")
        a, s = torch.jit.wait(g)
        return torch.jit.wait(f) + a

    @torch.jit.export
    def fork_list(self, x: Tensor) -> List[Tensor]:
        fs: List[torch.jit.Future[Tensor]] = []
        for i in range(3):
            fs.append(torch.jit.fork(helper, x, i))
        return [torch.jit.wait(f) for f in fs]

    @torch.jit.export
    def state(self, x: Tensor) -> Tensor:
        self.count += 1
        self.limits.append(self.count)
        self.table["b"] = self.count
        self.maybe = x
        m = self.maybe
        if m is not None:
            x = m * self.scale
        self.scale += 1
        self.scale[0] = 3
        self.limits[0] += 1
        return x

    @torch.jit.export
    def inplace(self, x: Tensor) -> Tensor:
        x += 1
        x -= x
        x *= 2
        x /= 3
        x.add_(1).mul_(2)
        y = x.clone()
        y[0] -= 1
        torch.relu_(y)
        return y

    @torch.jit.export
    def numbers(self, a: int, b: float) -> Tuple[float, int, int, float, bool, complex]:
        return a / 2 + b ** 2, a // 3, a % 5, -b, bool(a), 1j * b

    @torch.jit.export
    def bits(self, a: int, b: int) -> int:
        return (a & b) | (a ^ b) + (a << 2) - (b >> 1)

    @torch.jit.export
    def casts(self, x: Tensor, s: str, n: int) -> Tuple[int, float, float, int, str]:
        return int(x), float(x), float(s), int(3.7), str(n)

    @torch.jit.export
    def tolist(self, x: Tensor) -> Tuple[List[int], List[List[float]]]:
        a: List[int] = x.tolist()
        b = torch.jit.annotate(List[List[float]], (x[None] * 2.0).tolist())
        return a, b

    @torch.jit.export
    def printing(self, x: Tensor, n: int):
        print(x, n)
        print("a", n + 1)
        for i in range(n):
            print(i)

    @torch.jit.export
    def warning(self, n: int) -> int:
        warnings.warn("careful")
        if n > 2:
            warnings.warn("n is " + str(n))
        return n

    @torch.jit.export
    def constants(self) -> Tuple[Tensor, float, int, str, List[int]]:
        return torch.tensor([1.5, 2.0]), float("inf"), -5, "a\n\"b'", [1, 2]

    @torch.jit.export
    def reversed_arith(self, x: Tensor) -> Tensor:
        return 2 - x + 3 / x * (1 + x) - 2 ** x

    @torch.jit.export
    def compare(self, x: Tensor, y: Tensor) -> Tensor:
        return (x < y) & (2 > x) | ~(x == 1)

    @torch.jit.export
    def default_args(self, x: Tensor) -> Tensor:
        return helper(x) + helper(n=2, x=x) + helper(x, 7)

    @torch.jit.export
    def star(self, x: Tensor) -> Tensor:
        t = (x, 2)
        a, *b = (1, 2, 3)
        return helper(*t) + a + b[0]

    @torch.jit.export
    def shapes(self, x: Tensor) -> Tensor:
        b, c = x.shape
        n = x.size()
        return x.view(b, -1, 1).reshape([c, n[0]]).permute(1, 0).expand(-1, -1)

    @torch.jit.export
    def dtype_device(self, x: Tensor) -> Tensor:
        if x.dtype == torch.float32 and x.device.type == "cpu":
            x = x.to(torch.int64)
        return torch.zeros(2, 3, dtype=x.dtype, device=x.device)

    @torch.jit.export
    def math_ops(self, x: float) -> float:
        return math.sqrt(x) + math.floor(x) + math.pi + abs(x) + round(x) + pow(x, 2)

    @torch.jit.export
    def any_dict(self, k: str) -> Dict[str, List[int]]:
        d: Dict[str, List[int]] = {}
        if k not in d:
            e: List[int] = []
            d[k] = e
        d[k].append(1)
        d.setdefault("z", [3])
        return d

    @torch.jit.export
    def list_of_optional(self, x: Tensor) -> List[Optional[Tensor]]:
        return [x, None, x + 1]

    @torch.jit.export
    def split_unpack(self, x: Tensor) -> Tensor:
        a, b = torch.chunk(x, 2)
        c, d = x.split(1)
        v, i = x.max(dim=0)
        return a + b + c + d + v + i

    @torch.jit.export
    def named_result(self, x: Tensor) -> Tensor:
        r = torch.max(x, dim=0)
        return r.values + r[0] + r.indices


class Block(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.lin = nn.Linear(n, n)
        self.n = n

    def forward(self, x: Tensor, flag: bool = False) -> Tensor:
        if flag:
            return self.lin(x)
        return x


@torch.jit.interface
class Iface(nn.Module):
    def forward(self, x: Tensor, flag: bool = False) -> Tensor:
        pass


class Containers(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([Block(2), Block(2)])
        self.named = nn.ModuleDict({"a": Block(2), "b": nn.ReLU()})
        self.seq = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Dropout(0.5))
        self.w = nn.ParameterList([nn.Parameter(torch.ones(2)), nn.Parameter(torch.zeros(2))])
        self.pick: Iface = Block(2)

    def forward(self, x: Tensor) -> Tensor:
        for i, b in enumerate(self.blocks):
            x = b(x, i > 0)
        for k, m in self.named.items():
            x = x + len(k)
        for m in self.seq:
            x = m(x)
        return self.seq(x)

    @torch.jit.export
    def indexed(self, x: Tensor) -> Tensor:
        x = self.blocks[0](x)
        x = self.named["a"](x, flag=True)
        for b, c in zip(self.blocks, self.blocks):
            x = b(c(x))
        return x

    @torch.jit.export
    def picked(self, x: Tensor) -> Tensor:
        return self.pick.forward(x, True)

    @torch.jit.export
    def training_switch(self, x: Tensor) -> Tensor:
        if self.training:
            return x
        return x + 1

    @torch.jit.export
    def unused(self, x: Tensor) -> Tensor:
        y = x + 1
        z = y * 2
        _ = self.blocks[0](x)
        self.blocks[1](x)
        return x


class Calls(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return outer(x, True)

    @torch.jit.export
    def kw(self, x: Tensor, n: int = 3, s: str = "a") -> Tensor:
        return x + n

    @torch.jit.export
    def objects(self, n: int, t: Tensor) -> Tuple[int, bool, int]:
        a = Number(n)
        b = Number(n + 1, t)
        a.twice = 10
        c = a.add(b)
        a += 3
        m = b.b
        if m is not None:
            n += int(m.sum())
        return a.twice + a(4) + len(c) + Number.make(n), a == b, c.a

    @torch.jit.export
    def stack(self, n: int) -> int:
        s = Stack()
        for i in range(n):
            s.push(i)
        total = 0
        while len(s) > 0:
            total += s.pop()
        d = Holder(3, s)
        d.s.push(4)
        d.s.items[0] += 1
        d.v = d.s.items[0]
        return total + d.v

    @torch.jit.export
    def named(self, n: int) -> Tuple[Point, Nested]:
        p = Point(n)
        q = Point(x=n, y=3.0)
        r = Nested(q, [None, torch.ones(1)])
        t = r.items[0]
        if t is None:
            p = Point(r.p.x, r.p.y, r.p.name)
        return p, r

    @torch.jit.export
    def enums(self, l: Level, d: Dict[str, Level]) -> float:
        if l == Level.LOW:
            return l.value
        e = d["a"]
        return e.value + Level.HIGH.value

    @torch.jit.export
    def fork_in_if(self, x: Tensor, c: bool) -> Tensor:
        f = torch.jit.fork(tripled, x)
        if c:
            f = torch.jit.fork(outer, x, c)
        return f.wait()

    @torch.jit.export
    def fork_many(self, a: Tensor, b: int, c: str, d: Optional[Tensor]) -> Tuple[Tensor, str]:
        f = torch.jit.fork(self.helper, a, b, c, d)
        g = torch.jit.fork(self.helper, a + 1, b * 2, c + "x", None)
        x, s = f.wait()
        y, t = torch.jit.wait(g)
        return x + y, s + t

    @torch.jit.export
    def helper(self, a: Tensor, b: int, c: str, d: Optional[Tensor]) -> Tuple[Tensor, str]:
        if d is not None:
            a = a + d
        return a * b, c

    @torch.jit.unused
    def unused_method(self, x: Tensor) -> Tensor:
        return x

    @torch.jit.export
    def calls_unused(self, x: Tensor, c: bool) -> Tensor:
        if c:
            return self.unused_method(x)
        return x

    @torch.jit.export
    def is_scripting(self, x: Tensor) -> Tensor:
        if torch.jit.is_scripting():
            return x + 1
        return x

    @torch.jit.export
    def none_flow(self, a: Optional[int], b: Optional[List[int]], c: Optional[Tuple[int, Tensor]]) -> int:
        r = 0
        if a is None:
            a = 3
        r += a
        if b is not None and len(b) > 0:
            r += b[0]
        if not (c is None):
            x, t = c
            r += x
        if a is not None and b is None:
            r -= 1
        z = b if b is not None else [1, 2]
        return r + len(z)

    @torch.jit.export
    def optional_loop(self, xs: List[Tensor], mask: Optional[Tensor]) -> Optional[Tensor]:
        acc: Optional[Tensor] = None
        for x in xs:
            if mask is not None:
                x = x * mask
            if acc is None:
                acc = x
            else:
                acc = acc + x
        return acc

    @torch.jit.export
    def union_assign(self, c: int) -> Union[int, str, float]:
        x: Union[int, str, float] = 3
        if c > 2:
            x = "s"
        elif c > 1:
            x = 2.5
        if isinstance(x, str):
            x = x + "t"
        return x

    @torch.jit.export
    def any_list(self, xs: List[Any]) -> int:
        n = 0
        for x in xs:
            if isinstance(x, int):
                n += x
            elif isinstance(x, (str, list)):
                n += 100
            elif isinstance(x, Tensor):
                n += x.dim()
        return n

    @torch.jit.export
    def dict_ops(self, d: Dict[int, List[str]]) -> List[Tuple[int, List[str]]]:
        for k in d.keys():
            d[k].append("x")
        d[7] = ["a", "b"]
        e = d.copy()
        e.update(d)
        e.pop(7)
        f = {k: len(v) for k, v in d.items()}
        if f[7] > 1 and 7 in d:
            d[7][0] = "z"
            d[7] += ["q"]
        return list(d.items())

    @torch.jit.export
    def nested_containers(self, x: Dict[str, Dict[str, List[Tensor]]]) -> Tensor:
        out = torch.zeros(1)
        for k, v in x.items():
            for kk, vv in v.items():
                for t in vv:
                    out = out + t.sum() * len(k + kk)
        return out

    @torch.jit.export
    def int_methods(self, x: Tensor, n: int) -> int:
        a = x[0, 0].item()
        b = int(a) if isinstance(a, int) else 3
        c = x.numel() + x.dim() + x.stride(0) + len(x)
        return b + c % n + divmod(c, n)[0] + (c // n if n > 0 else 0) + abs(-n)

    @torch.jit.export
    def float_methods(self, f: float, n: int) -> float:
        g = math.exp(f) + math.log(f + 1) + float(n) ** 0.5 + math.fmod(f, 2) + math.ceil(f)
        return max(f, g, 1.0) if n > 3 else min([f, g])

    @torch.jit.export
    def string_methods(self, s: str, n: int) -> str:
        r = ""
        for i in range(n):
            r += s[i % len(s)]
        if r.isdigit() or r.endswith("z"):
            r = "%s-%d" % (r, n)
        return r.join(s.split()).rstrip("x").center(10, "*") + str(ord("a")) + chr(98) + hex(n)

    @torch.jit.export
    def shadow(self, x: Tensor, i: int) -> Tensor:
        for i in range(3):
            x = x + i
        y = x
        x = y + i
        for x in [x, y]:
            y = y + x
        return y

    @torch.jit.export
    def many_names(self, input: Tensor, _: int, _1: int, __x: int) -> Tensor:
        x1 = input + _
        x2 = x1 + _1
        x1 = x2 * 2
        _y = x1 + __x
        x1 = _y - 1
        return x1

    @torch.jit.export
    def loop_vars(self, n: int) -> Tuple[int, int, int]:
        a, b = 0, 1
        c = -1
        for i in range(n):
            a, b = b, a + b
            if a % 2 == 0:
                c = i
        return a, b, c

    @torch.jit.export
    def while_nested(self, n: int) -> int:
        i = 0
        r = 0
        while i < n:
            j = 0
            while True:
                if j >= i or r > 100:
                    break
                if j == 3:
                    j += 2
                    continue
                r += j
                j += 1
            i += 1
        return r

    @torch.jit.export
    def raise_kinds(self, n: int) -> Tensor:
        if n == 0:
            raise ValueError()
        if n == 1:
            raise RuntimeError("a", n)
        if n == 2:
            raise AssertionError("x" + str(n))
        assert n != 3, "n is three"
        assert n < 100
        x = torch.ones(n)
        assert x.sum() > 0, ("tuple", n)
        return x

    @torch.jit.export
    def set_item_kinds(self, x: Tensor, xs: List[List[int]]) -> Tensor:
        x[1, 2] = 3
        x[0, :] = x[1, :]
        x[:, 0] += x[:, 1]
        x[x > 2, ...] = -1
        x[[0, 1]] = 5.0
        x[torch.tensor([0]), 1] = 2
        xs[0][1] = 4
        xs[0][1] *= 2
        xs[-1] = [1, 2]
        return x[..., None, 0] + x[None].sum()

    @torch.jit.export
    def no_return(self, xs: List[int]):
        xs.append(1)
        if len(xs) > 3:
            return
        xs.append(2)

    @torch.jit.export
    def bool_ops(self, x: Tensor, a: bool, b: bool) -> Tuple[bool, bool, bool]:
        return a == b, a is True, (not a) != b and bool(x.any())

    @torch.jit.export
    def factory(self, x: Tensor) -> Tensor:
        a = torch.zeros_like(x) + torch.ones([2, 3]) + torch.full((2, 3), 1.5) + torch.arange(3) + torch.empty(2, 3).fill_(0)
        b = x.new_zeros((2, 3)) + torch.tensor([[1, 2, 3]]) + torch.linspace(0, 1, 3) + torch.eye(3)[:2]
        return a + b + torch.rand(1) * 0 + torch.tensor(3.5, dtype=torch.float64)

    @torch.jit.export
    def tuple_ret(self, x: Tensor) -> Tuple[Tensor, Tuple[int, List[Tensor]], Dict[str, Tensor]]:
        v, i = torch.sort(x)
        q = torch.topk(x, 2)
        m = x.max(0)
        u, s = torch.aminmax(x)
        return v + q[0].sum(), (1, [i, m.indices, u]), {"a": q.values, "b": m[0]}


class Hooked(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = nn.Linear(2, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.lin(x)


def pre_hook(self, input: Tuple[Tensor]) -> Tuple[Tensor]:
    return (input[0] + 1,)


def post_hook(self, input: Tuple[Tensor], output: Tensor) -> Tensor:
    return output * 2


class CallsHooked(nn.Module):
    def __init__(self):
        super().__init__()
        self.h = Hooked()
        self.h.register_forward_pre_hook(pre_hook)
        self.h.register_forward_hook(post_hook)

    def forward(self, x: Tensor) -> Tensor:
        return self.h(x)
