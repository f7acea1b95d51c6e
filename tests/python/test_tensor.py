"""Tensors: making, reading, indexing, printing them."""
import copy
import math
import pickle

import pytest

import wick


def test_numbers_become_tensors_of_pytorchs_dtypes():
    assert wick.tensor([[1, 2], [3, 4.5]]).dtype is wick.float32
    assert wick.tensor([1, 2]).dtype is wick.int64
    assert wick.tensor([True]).dtype is wick.bool
    assert wick.tensor([1j]).dtype is wick.complex64
    assert wick.tensor([]).shape == (0,)
    assert wick.tensor(3).shape == ()
    assert wick.tensor([1, 2], dtype=wick.float64).tolist() == [1.0, 2.0]
    assert wick.tensor([[], []]).shape == (2, 0)


def test_uneven_data_is_refused():
    with pytest.raises(ValueError, match=r"expected sequence of length 2 at dim 1 \(got 1\)"):
        wick.tensor([[1, 2], [3]])
    with pytest.raises(ValueError):
        wick.tensor(["a"])


def test_geometry():
    x = wick.arange(24).reshape(2, 3, 4)
    assert (x.shape, x.size(-1), x.stride(), x.stride(0)) == ((2, 3, 4), 4, (12, 4, 1), 12)
    assert (x.ndim, x.numel(), x.element_size(), x.nbytes, len(x)) == (3, 24, 8, 192, 2)
    assert repr(x.shape) == "torch.Size([2, 3, 4])" and x.shape.numel() == 24
    assert isinstance(x.shape[1:], wick.Size)
    assert x.mT.shape == (2, 4, 3)
    assert x.view(4, -1).shape == (4, 6) and x.view(24).dtype is wick.int64
    assert x.view(wick.int32).shape == (2, 3, 8)


def test_values():
    assert wick.tensor(2.5).item() == 2.5 and float(wick.tensor(2.5)) == 2.5 and int(wick.tensor(2.7)) == 2
    assert bool(wick.tensor([1])) and not wick.tensor(0)
    assert [1, 2, 3][wick.tensor(1)] == 2
    assert wick.arange(6).reshape(2, 3).tolist() == [[0, 1, 2], [3, 4, 5]]
    assert [row.tolist() for row in wick.eye(2)] == [[1.0, 0.0], [0.0, 1.0]]
    assert 2 in wick.arange(3) and 5 not in wick.arange(3)
    assert f"{wick.tensor(1.5):.3f}" == "1.500"
    x = wick.ones(2)
    assert len({x: 1, wick.ones(2): 2}) == 2
    with pytest.raises(RuntimeError, match="Boolean value of Tensor with more than one value is ambiguous"):
        bool(x)
    with pytest.raises(TypeError, match="iteration over a 0-d tensor"):
        iter(wick.tensor(1))


def test_indices():
    x = wick.arange(24).reshape(2, 3, 4)
    assert x[1, -1].tolist() == [20, 21, 22, 23]
    assert x[:, 1, 1::2].tolist() == [[5, 7], [17, 19]]
    assert x[..., None].shape == (2, 3, 4, 1) and x[None].shape == (1, 2, 3, 4)
    assert x[[0, 1], [2, 0]].tolist() == [[8, 9, 10, 11], [12, 13, 14, 15]]
    assert x[x > 21].tolist() == [22, 23]
    assert x[0, x[0, :, 0] > 3].shape == (2, 4)
    assert x[wick.tensor(1), 0, 0].item() == 12
    assert x[True].shape == (1, 2, 3, 4) and x[False].shape == (0, 2, 3, 4)
    assert x[:, []].shape == (2, 0, 4)
    view = x[0]
    view[0] = -1
    assert x[0, 0, 0].item() == -1


@pytest.mark.parametrize("index, message", [
    (2, "index 2 is out of bounds for dimension 0 with size 2"),
    ((0, 0, 0, 0), "too many indices for tensor of dimension 3"),
    ("a", "only integers, slices"),
])
def test_wrong_indices(index, message):
    with pytest.raises(IndexError, match=message) as raised:
        wick.zeros(2, 3, 4)[index]
    assert isinstance(raised.value, wick.Error)


def test_assignments():
    x = wick.zeros(2, 3)
    x[0, 1:] = 7
    x[1] = wick.tensor([1.0, 2.0, 3.0])
    assert x.tolist() == [[0, 7, 7], [1, 2, 3]]
    x[x > 2] = -1
    assert x.tolist() == [[0, -1, -1], [1, 2, -1]]
    x[:, [0, 2]] = wick.tensor([[8.0, 9.0]])
    assert x.tolist() == [[8, -1, 9], [8, 2, 9]]
    x[...] = 0
    assert x.sum().item() == 0
    with pytest.raises(RuntimeError):
        x[0] = wick.ones(4)


def test_copies():
    x = wick.ones(2, requires_grad=True)
    assert x.requires_grad and x.data.data_ptr() == x.data_ptr()
    y = copy.deepcopy(x)
    y.data[0] = 5
    assert x[0].item() == 1 and y.requires_grad
    assert x.detach().data_ptr() == x.data_ptr()
    z = pickle.loads(pickle.dumps(x))
    assert z.tolist() == [1, 1] and z.requires_grad
    assert pickle.loads(pickle.dumps([wick.float16, x.shape])) == [wick.float16, wick.Size([2])]


TEXTS = {
    "tensor([[0, 1, 2],\n        [3, 4, 5]])": lambda t: t.arange(6).reshape(2, 3),
    "tensor(3)": lambda t: t.tensor(3),
    "tensor([])": lambda t: t.tensor([]),
    "tensor([[1.0000, 2.0000],\n        [3.0000, 4.5000]])": lambda t: t.tensor([[1, 2], [3, 4.5]]),
    "tensor([1.+2.j])": lambda t: t.tensor([1 + 2j]),
    "tensor([1.0000e+00, 1.0000e-06])": lambda t: t.tensor([1.0, 1e-6]),
    "tensor([nan, inf, -inf])": lambda t: t.tensor([math.nan, math.inf, -math.inf]),
    "tensor([True])": lambda t: t.tensor([True]),
    "tensor([1, 2], dtype=torch.int32)": lambda t: t.tensor([1, 2], dtype=t.int32),
    "tensor([0., 0.], requires_grad=True)": lambda t: t.zeros(2, requires_grad=True),
    "tensor([], size=(0, 3))": lambda t: t.zeros(0, 3),
    "tensor([   0,    1,    2,  ..., 1997, 1998, 1999])": lambda t: t.arange(2000),
    "torch.float32": lambda t: t.float32,
    "device(type='cpu')": lambda t: t.device("cpu"),
    "device(type='cuda', index=1)": lambda t: t.device("cuda:1"),
}


@pytest.mark.parametrize("text", TEXTS)
def test_texts(text):
    assert repr(TEXTS[text](wick)) == text


@pytest.mark.parametrize("text", TEXTS)
def test_texts_are_pytorchs(text, torch):
    assert repr(TEXTS[text](torch)) == text


def test_lu_of_a_tensor(t):
    a = t.tensor([[1.0, 2.0], [3.0, 4.0]])
    factors, pivots, info = a.lu(get_infos=True)
    p, lower, upper = t.lu_unpack(*a.lu())
    assert t.allclose(p @ lower @ upper, a) and pivots.tolist() == [2, 2] and info.item() == 0
    assert t.equal(factors, t.linalg.lu_factor(a)[0])


def test_limits_of_complex_numbers(t):
    assert t.finfo(t.complex64).eps == t.finfo(t.float32).eps
    assert t.finfo(t.complex128).max == t.finfo(t.float64).max


def test_nobody_else_is_there(t):
    assert t.distributed.is_initialized() is False
    from wick.distributed import all_reduce, nn

    with pytest.raises(RuntimeError, match="one process"):
        all_reduce(t.ones(2))
    with pytest.raises(RuntimeError, match="nn.functional.all_gather"):
        nn.functional.all_gather(t.ones(2))
