"""What tensor() and indices take beside lists, in both libraries."""
import collections

import pytest

np = pytest.importorskip("numpy")


class Row:
    """A sequence of nobody's making."""

    def __init__(self, *items):
        self._items = items

    def __len__(self):
        return len(self._items)

    def __getitem__(self, index):
        return self._items[index]


@pytest.mark.parametrize("data, values, dtype", [
    (range(3), [0, 1, 2], "int64"),
    ([range(2), (2, 3)], [[0, 1], [2, 3]], "int64"),
    (collections.deque([1, 2.5]), [1.0, 2.5], "float32"),
    (Row(1, Row(2)[0]), [1, 2], "int64"),
    ([np.array([1, 2], np.int16), np.array([3, 4], np.int16)], [[1, 2], [3, 4]], "int16"),
    ([np.ones(2), [3, 4]], [[1.0, 1.0], [3.0, 4.0]], "float64"),
    ([[np.int32(1)], [np.int32(2)]], [[1], [2]], "int32"),
    ([np.float64(1.5)], [1.5], "float64"),
    ([np.float32(1.5), 2], [1.5, 2.0], "float32"),
    ([np.bool_(True)], [True], "bool"),
    ([np.complex64(1)], [1 + 0j], "complex64"),
    ([[]], [[]], "float32"),
], ids=str)
def test_sequences_and_arrays(t, data, values, dtype):
    made = t.tensor(data)
    assert made.tolist() == values and made.dtype == getattr(t, dtype)


def test_tensors_among_numbers(t):
    made = t.tensor([[t.tensor(1.5, dtype=t.float64), 2], [t.tensor([3]), t.tensor(True)]])
    assert made.tolist() == [[1.5, 2.0], [3.0, 1.0]] and made.dtype == t.float64


@pytest.mark.parametrize("data, error, message", [
    (["a"], ValueError, "too many dimensions 'str'"),
    ("a", TypeError, r"new\(\): invalid data type 'str'"),
    ({1, 2}, RuntimeError, "Could not infer dtype of set"),
    ([None], RuntimeError, "Could not infer dtype of NoneType"),
    ([object()], RuntimeError, "Could not infer dtype of object"),
    ([np.ones((2, 2)), np.ones((2, 3))], ValueError, r"expected sequence of length 2 at dim 2 \(got 3\)"),
    ([[1, 2], range(3)], ValueError, r"expected sequence of length 2 at dim 1 \(got 3\)"),
], ids=str)
def test_what_is_no_data(t, data, error, message):
    with pytest.raises(error, match=message):
        t.tensor(data)


@pytest.mark.parametrize("index", [range(2), (range(2), range(2)), (slice(None), range(3)), (Row(0, 2), 1), ((0, 1), (2, 3)),
                                   collections.deque([1, 0])], ids=str)
def test_sequences_as_indices(t, index):
    x = np.arange(24).reshape(4, 6)
    whole = index if isinstance(index, tuple) else (index,)
    expected = x[tuple(list(one) if hasattr(one, "__len__") else one for one in whole)]
    assert t.arange(24).reshape(4, 6)[index].tolist() == expected.tolist()


def test_what_a_tensor_is_not(t):
    x = t.ones(1)
    assert x.is_cpu
    for name in "cuda ipu maia meta mkldnn mps mtia nested quantized sparse sparse_csr vulkan xla xpu".split():
        assert getattr(x, f"is_{name}") is False
