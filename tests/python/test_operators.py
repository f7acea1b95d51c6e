"""Operators as functions, methods and arithmetic: overloads, keywords, errors."""
import threading

import pytest

import wick

X = wick.tensor([[1.0, -2.0, 3.0], [0.5, 4.0, -1.5]])

# Each is called with wick and, where it is installed, with PyTorch.
CALLS = {
    "scalar on either side": lambda t, x: [x + 1, 1 - x, 2 * x, 1 / x, 2**x, x**2, x % 2, 7 % x, x // 2, 7 // x, -x, abs(x)],
    "comparisons": lambda t, x: [x == 1, x != x, x < 0, 1 <= x, x > x.T[0, 0], x >= 0],
    "bits": lambda t, x: [~(x > 0), (x > 0) & (x < 3), (x > 0) | (x < 3), (x > 0) ^ (x < 3), x.long() << 1, x.long() & 3],
    "matrix product": lambda t, x: [x @ x.T, t.mm(x, x.t()), x.matmul(x.mT)],
    "keywords and defaults": lambda t, x: [x.sum(dim=1), x.sum(1, keepdim=True), t.add(x, x, alpha=2), x.std(unbiased=False), x.clamp(min=0)],
    "numbers as lists": lambda t, x: [x.permute(1, 0), x.reshape(3, 2), x.reshape((3, -1)), x.expand(2, 2, 3), x.flip(0), x.repeat(2, 1), x.sum((0, 1))],
    "named results": lambda t, x: [x.max(dim=1).values, x.max(1).indices, *t.topk(x, 2), x.sort(descending=True)[1]],
    "several tensors": lambda t, x: [t.cat([x, x]), t.stack((x, x), 1), *x.split(1), *x.unbind(1), *t.meshgrid(x[0], x[1], indexing="ij")],
    "dtypes": lambda t, x: [x.to(t.float64), x.long(), x.to(dtype=t.int32), x.type(t.float16), t.zeros(2, dtype=t.int8), x.double() + x],
    "factories": lambda t, x: [t.zeros(2, 3), t.ones((2,)), t.full((2,), 3.0), t.eye(2), t.arange(0, 1, 0.25), t.linspace(0, 1, 3), t.zeros_like(x)],
    "more than one operator": lambda t, x: [t.einsum("ij,kj->ik", x, x), t.norm(x), t.unique(x), t.tensordot(x, x, 2), t.cdist(x, x)],
    "namespaces": lambda t, x: [t.linalg.norm(x), t.fft.rfft(x).real, t.special.expit(x)],
    "functional": lambda t, x: [t.nn.functional.relu(x), t.nn.functional.softmax(x, dim=1), t.nn.functional.pad(x, (1, 1)),
                                t.nn.functional.max_pool1d(x, 2), t.nn.functional.layer_norm(x, (3,)), t.nn.functional.gelu(x)],
    "where": lambda t, x: [t.where(x > 0, x, 0.0), x.masked_fill(x < 0, 0), t.nonzero(x > 0)],
}


@pytest.mark.parametrize("name", CALLS)
def test_values_are_pytorchs(name, torch):
    ours = CALLS[name](wick, X)
    theirs = CALLS[name](torch, torch.tensor(X.tolist()))
    assert len(ours) == len(theirs)
    for our, their in zip(ours, theirs):
        assert str(our.dtype) == str(their.dtype) and tuple(our.shape) == tuple(their.shape)
        assert torch.allclose(torch.from_dlpack(our.double()), their.double(), 1e-5, 1e-6, equal_nan=True)


def test_a_few_values():
    assert (2 * X - 1).tolist() == [[1.0, -5.0, 5.0], [0.0, 7.0, -4.0]]
    assert (7 // wick.tensor([2, 3])).tolist() == [3, 2]
    assert X.max(dim=1).values.tolist() == [3.0, 4.0]
    assert wick.promote_types(wick.int32, wick.float16) is wick.float16
    assert [type(part) for part in (X.split(1), X.unbind())] == [tuple, tuple]


def test_results_that_are_arguments():
    x = wick.ones(2)
    assert x.add_(1) is x and x.contiguous() is x
    out = wick.empty(2)
    assert wick.add(x, 1, out=out) is out and out.tolist() == [3, 3]
    before = x
    x += 1
    x *= 2
    assert x is before and x.tolist() == [6, 6]


def test_errors_have_the_types_of_pytorch():
    with pytest.raises(TypeError, match=r"unsupported operand type\(s\) for \+"):
        X + "a"
    with pytest.raises(TypeError, match="Expected a value of type 'Tensor' for argument 'other'") as raised:
        X.matmul(3)
    assert isinstance(raised.value, wick.ArgumentError) and isinstance(raised.value, wick.Error)
    with pytest.raises(RuntimeError, match="shape '\\[4\\]' is invalid for input of size 6"):
        X.reshape(4)
    with pytest.raises(IndexError, match="Dimension out of range"):
        X.sum(5)
    with pytest.raises(AttributeError, match="no attribute 'nope'"):
        wick.nope
    assert (X == "a") is False


def test_a_bool_among_tensors_of_bools_is_one(t):
    x = t.ones(2) == 0
    for result in (x & True, True ^ x, x + True, t.mul(x, True), t.where(x, True, False), t.where(x, True, x), x.masked_fill(x, True)):
        assert result.dtype is t.bool
    assert (t.ones(2, dtype=t.uint8) + True).dtype is t.uint8 and (x + 1).dtype is t.int64 and (x.sum(0, True)).shape == (1,)


def test_strange_arguments():
    itself = []
    itself.append(itself)
    with pytest.raises(RecursionError):
        wick.cat(itself)
    with pytest.raises(TypeError, match="'object' has no form in a program"):
        wick.relu(object())
    with pytest.raises(OverflowError, match="int too big to convert"):
        X + 2**70
    with pytest.raises(UnicodeEncodeError):
        wick.add(X, **{"\ud800": 1})

    class Shrinks:
        def __index__(self):
            sizes.clear()
            return 2

    sizes = [Shrinks(), 3]
    assert wick.zeros(sizes).shape == (2,)


def test_docstrings_are_schemas():
    assert "add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor" in wick.add.__doc__
    assert wick.add.__name__ == "add" and "relu" in dir(wick.Tensor)


def test_random_numbers_are_pytorchs(torch):
    wick.manual_seed(3)
    torch.manual_seed(3)
    for draw in (lambda t: t.rand(5), lambda t: t.randn(2, 20), lambda t: t.randint(0, 10, (3,)), lambda t: t.randperm(5)):
        assert draw(wick).tolist() == draw(torch).tolist()


def test_the_grad_mode_is_kept():
    assert wick.is_grad_enabled()
    with wick.no_grad():
        assert not wick.is_grad_enabled()
        with wick.enable_grad():
            assert wick.is_grad_enabled()
    assert wick.is_grad_enabled()
    assert wick.no_grad()(wick.is_grad_enabled)() is False


def test_the_interpreter_lock_is_released():
    # One call of a second or so: another thread of Python goes on meanwhile.
    x = wick.rand(1500, 1500)
    counts = []
    done = threading.Event()

    def count():
        while not done.is_set():
            counts.append(1)
            done.wait(0.001)

    counter = threading.Thread(target=count)
    counter.start()
    for _ in range(3):
        x = wick.mm(x, x) / 1500
    done.set()
    counter.join()
    assert len(counts) > 3


def test_ints_go_where_floats_are_wanted():
    x = wick.zeros(100)
    assert x.uniform_(-1, 1) is x and x.min() < 0 < x.max()
    assert wick.zeros(3).normal_(5, 0).tolist() == [5, 5, 5]
    assert wick.normal(2, 0, (2, 3)).tolist() == [[2, 2, 2]] * 2
    assert wick.nn.functional.leaky_relu(wick.tensor([-1.0]), 2).item() == -2
    with pytest.raises(TypeError, match="normal_"):
        x.normal_("a", 1)


def test_shapes_that_broadcast(t):
    assert t.broadcast_shapes((2,), (3, 1), 1, (1, 1, 1)) == (1, 3, 2) and t.broadcast_shapes((0,), (1,)) == (0,)
    assert t.broadcast_shapes() == () and isinstance(t.broadcast_shapes((2,)), t.Size)
    with pytest.raises(RuntimeError, match=r"Attempting to broadcast a dimension of length 3 at -1! Mismatching argument at index 1 had "
                                           r"\(3,\); but expected shape should be broadcastable to \[2\]"):
        t.broadcast_shapes((2,), (3,))
