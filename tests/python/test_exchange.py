"""Memory that is shared with NumPy and PyTorch, and files."""
import io

import numpy as np
import pytest

import wick

np = pytest.importorskip("numpy")


def test_numpy_sees_the_tensors_memory():
    x = wick.arange(6).float().reshape(2, 3)
    array = x.numpy()
    array[0, 0] = 9
    x[1, 1] = 7
    assert x[0, 0].item() == 9 and array[1, 1] == 7
    assert np.shares_memory(np.asarray(x), array) and np.shares_memory(np.from_dlpack(x), array)
    assert x.T.numpy().strides == (4, 12)
    with pytest.raises(RuntimeError, match="Can't call numpy"):
        wick.ones(1, requires_grad=True).numpy()


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool", "complex64", "complex128"])
def test_tensors_see_arrays(dtype):
    array = np.array([[1, 0, 1], [0, 1, 1]]).astype(dtype)
    x = wick.from_numpy(array)
    assert str(x.dtype) == "torch." + dtype and x.tolist() == array.tolist()
    array[0, 1] = 1
    assert x[0, 1].item() == 1
    assert wick.from_numpy(array.T).stride() == (1, 3)
    assert x.numpy().dtype == array.dtype


def test_what_no_tensor_can_see():
    with pytest.raises(ValueError, match="negative"):
        wick.from_numpy(np.arange(3)[::-1])
    with pytest.raises(TypeError, match="can't convert"):
        wick.from_numpy(np.arange(3, dtype="uint16"))
    with pytest.raises(TypeError, match="expected np.ndarray"):
        wick.from_numpy([1])


def test_the_array_lives_as_long_as_the_tensor():
    x = wick.from_numpy(np.full(1000, 3.0))
    y = wick.from_dlpack(np.full(1000, 4.0))
    assert x.sum().item() == 3000 and y.sum().item() == 4000


def test_data_is_copied_or_not():
    array = np.ones(2, dtype="float32")
    assert wick.as_tensor(array).data_ptr() == array.ctypes.data
    assert wick.tensor(array).data_ptr() != array.ctypes.data
    x = wick.ones(2)
    assert wick.as_tensor(x) is x and wick.as_tensor([1, 2]).tolist() == [1, 2]
    assert wick.tensor(np.int64(3)).item() == 3
    assert (np.float64(2) * x).tolist() == [2, 2] and (x * np.float32(2)).tolist() == [2, 2]


def test_pytorch_shares_both_ways(torch):
    theirs = torch.arange(6.0).reshape(2, 3)
    ours = wick.from_dlpack(theirs)
    theirs[0, 0] = 5
    assert ours[0, 0].item() == 5 and ours.data_ptr() == theirs.data_ptr()
    back = torch.from_dlpack(ours)
    assert back.data_ptr() == theirs.data_ptr()
    assert torch.from_dlpack(wick.ones(2, dtype=wick.bfloat16)).dtype is torch.bfloat16


def test_weights_go_through_files(tmp_path):
    state = {"a": wick.arange(3), "b": [wick.ones(2), 1.5, "text"]}
    wick.save(state, tmp_path / "state.pt")
    assert wick.load(tmp_path / "state.pt")["a"].tolist() == [0, 1, 2]
    buffer = io.BytesIO()
    wick.save(state, buffer)
    buffer.seek(0)
    assert wick.load(buffer)["b"][1:] == [1.5, "text"]
    assert wick.load(tmp_path / "state.pt", weights_only=False)["b"][1:] == [1.5, "text"]
    with pytest.raises(wick.ArchiveError):
        wick.load(io.BytesIO(b"nothing"))


def test_pytorch_reads_our_weights(tmp_path, torch):
    wick.save({"a": wick.arange(3)}, tmp_path / "state.pt")
    assert torch.load(tmp_path / "state.pt", weights_only=True)["a"].tolist() == [0, 1, 2]
    torch.save({"a": torch.ones(2)}, tmp_path / "theirs.pt")
    assert wick.load(tmp_path / "theirs.pt")["a"].tolist() == [1, 1]


class Tied(wick.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = wick.nn.Linear(3, 3)
        self.again = self.layer
        self.name = "tied"

    def forward(self, x):
        return self.again(self.layer(x))


def test_whole_modules_go_through_files(tmp_path):
    net = Tied()
    wick.save({"net": net, "epoch": 3}, tmp_path / "net.pt")
    read = wick.load(tmp_path / "net.pt", weights_only=False)
    x = wick.ones(1, 3)
    assert read["epoch"] == 3 and read["net"].name == "tied" and wick.equal(read["net"](x), net(x))
    assert read["net"].layer is read["net"].again
    with pytest.raises(RuntimeError):
        wick.load(tmp_path / "net.pt")
    with pytest.raises(FileNotFoundError, match="No such file or directory"):
        wick.load(tmp_path / "absent.pt")


def test_whole_modules_of_pytorch_become_ours(tmp_path, torch):
    theirs = torch.nn.Sequential(torch.nn.Conv1d(2, 3, 2), torch.nn.BatchNorm1d(3), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(9, 2))
    torch.save(theirs, tmp_path / "net.pt")
    ours = wick.load(tmp_path / "net.pt", weights_only=False)
    assert isinstance(ours, wick.nn.Sequential) and repr(ours) == repr(theirs)
    x = torch.rand(2, 2, 4)
    assert np.allclose(ours.eval()(wick.from_numpy(x.numpy())).detach().numpy(), theirs.eval()(x).detach().numpy(), atol=1e-6)
    ours(wick.ones(1, 2, 4)).sum().backward()
    assert ours[4].weight.grad is not None


def test_arrays_of_leaves_where_nothing_is_recorded(t):
    x = t.ones(2, requires_grad=True)
    with t.no_grad():
        assert x.numpy().tolist() == [1, 1]
    with pytest.raises(RuntimeError, match="Can't call numpy"):
        x.numpy()
