"""Names that libraries for PyTorch import: lists of tensors, checks, futures, versions, what is absent."""
import pytest

import wick

try:
    import torch
except ImportError:
    torch = None
both = pytest.mark.parametrize("t", [wick] + ([torch] if torch else []), ids=lambda t: t.__name__)


@both
@pytest.mark.parametrize("call, expected", [
    ("_foreach_add([a], 2)", [3, 6]), ("_foreach_add([a], [b], alpha=3)", [4, 7]), ("_foreach_add([a], scalar=1)", [2, 5]),
    ("_foreach_sub([a], [b])", [0, 3]), ("_foreach_mul([a], t.tensor(2.0))", [2, 8]), ("_foreach_div([a], [2.0])", [0.5, 2]),
    ("_foreach_maximum([a], 2.0)", [2, 4]), ("_foreach_minimum([a], [b])", [1, 1]), ("_foreach_clamp_max([a], [3.0])", [1, 3]),
    ("_foreach_sqrt((a,))", [1, 2]), ("_foreach_pow([a], 2)", [1, 16]), ("_foreach_pow(2.0, [a])", [2, 16]), ("_foreach_norm([a], 1)", 5),
    ("_foreach_lerp([a], [b], 0.5)", [1, 2.5]), ("_foreach_lerp([a], [b], [1.0])", [1, 1]), ("_foreach_max([a])", 4),
    ("_foreach_addcmul([a], [a], [b], value=2)", [3, 12]), ("_foreach_addcdiv([a], [a], [b], [2.0])", [3, 12]),
    ("_foreach_addcmul([a], [a], [b], t.tensor([2.0]))", [3, 12]), ("_foreach_reciprocal([a])", [1, 0.25]),
])
def test_operators_on_lists(t, call, expected):
    found = eval(f"t.{call}", {"t": t, "a": t.tensor([1.0, 4.0]), "b": t.ones(2)})
    assert isinstance(found, tuple) and len(found) == 1
    assert found[0].tolist() == expected


@both
def test_operators_on_lists_in_place(t):
    a, b = t.tensor([1.0, 4.0]), t.ones(2)
    t._foreach_add_([a, b], [b, b])
    t._foreach_maximum_([a], 3.0)
    t._foreach_maximum_([a], [t.tensor([4.0, 0.0])])
    t._foreach_copy_([b], [a])
    t._foreach_zero_([a])
    assert (a.tolist(), b.tolist()) == ([0, 0], [4, 5])
    with pytest.raises(RuntimeError, match="same number of tensors, got 1 and 2"):
        t._foreach_add([a], [a, b])
    with pytest.raises(RuntimeError, match="at least one tensor"):
        t._foreach_neg([])
    with pytest.raises(RuntimeError, match="same number of elements as scalar list"):
        t._foreach_mul([a], [1.0, 2.0])


@both
def test_checks(t):
    t._check(True)
    t._check_tensor_all(t.tensor([True, True]))
    for name, error in (("_check", RuntimeError), ("_check_index", IndexError), ("_check_value", ValueError), ("_check_type", TypeError)):
        with pytest.raises(error, match="Expected cond to be True"):
            getattr(t, name)(False)
        with pytest.raises(error, match="it is not"):
            getattr(t, name)(False, lambda: "it is not")
    with pytest.raises(TypeError, match="must be a bool, but got a Tensor"):
        t._check(t.tensor(True))
    with pytest.raises(RuntimeError):
        t._check_tensor_all(t.tensor([True, False]))


@both
def test_futures(t):
    import importlib

    futures = importlib.import_module(f"{t.__name__}.futures")
    first, second = futures.Future(), futures.Future()
    doubled = first.then(lambda future: future.wait() * 2)
    assert not doubled.done()
    first.set_result(3)
    second.set_exception(ValueError("no"))
    assert first.done() and doubled.wait() == 6 and futures.wait_all([first, doubled]) == [3, 6]
    with pytest.raises(ValueError, match="no"):
        futures.collect_all([first, second]).wait()
    with pytest.raises(RuntimeError):
        first.set_result(4)
    future = t.jit.fork(t.add, t.ones(2), 1)
    assert future.then(lambda done: done.wait() + 1).wait().tolist() == [3, 3]


def test_versions_are_ordered_as_such():
    from wick.torch_version import TorchVersion

    version = TorchVersion("2.13.0")
    assert version > "2.2" and version >= (2, 13) and version == "2.13" and "2.9" < version and not version < "2.9"
    assert version > "2.13.0rc1" > TorchVersion("2.13.0.dev20260101") and version < "2.13.0+cpu" and version != "no version"
    assert version.split(".") == ["2", "13", "0"] and {version: 1}["2.13.0"] == 1
    if torch:
        other = type(torch.__version__)
        for one in ("2.13.0", "2.13.0rc1", "2.13.1.dev3", "2.13.0.post1", "2.13.0+cpu", "2.13.0a2", "2.12.9"):
            for two in ("2.13.0", "2.13", "2.13.0.post2", "2.13.0b1", (2, 13, 1)):
                assert [TorchVersion(one) < two, TorchVersion(one) == two] == [other(one) < two, other(one) == two], (one, two)


@both
def test_classes_of_results(t):
    assert isinstance(t.ones(2, 2).max(0), t.return_types.max) and isinstance(t.ones(2).topk(1), t.return_types.topk)
    assert t.return_types.sort((1, 2)).indices == 2
    assert not hasattr(t.return_types, "add")


@both
def test_types_as_dtypes(t):
    kinds = {float: t.float64, int: t.int64, bool: t.bool, complex: t.complex128}
    for kind, dtype in kinds.items():
        assert {t.ones(2, dtype=kind).dtype, t.tensor([1], dtype=kind).dtype, t.ones(1).to(kind).dtype, t.zeros(1).sum(dtype=kind).dtype} == {dtype}
    assert t.ones(2).view(int).shape == (1,)


@both
def test_lists_as_indices(t):
    x, i = t.arange(16).view(4, 4), t.tensor([1, 2])
    assert x[[i, i]].tolist() == [5, 10] and x[[[0, 1], [2, 3]]].tolist() == [2, 7] and x[[slice(0, 2), 1]].tolist() == [1, 5]
    assert x[[0, 1]].shape == (2, 4) and x[[None, 1]].shape == (1, 4) and x[[True, False, True, False]].shape == (2, 4)
    x[[i, i]] = 0
    assert x.diagonal().tolist() == [0, 0, 0, 15]


@both
def test_nonzero_as_a_tuple(t):
    x = t.tensor([[0, 1], [2, 0]])
    assert [part.tolist() for part in t.nonzero(x, as_tuple=True)] == [[0, 1], [1, 0]] == [part.tolist() for part in x.nonzero(as_tuple=True)]
    assert isinstance(x.nonzero(as_tuple=True), tuple) and t.nonzero(input=x).tolist() == x.nonzero().tolist() == [[0, 1], [1, 0]]


@both
def test_devices_have_names(t):
    assert [t.device(name).type for name in ("mps", "xpu:1", "hpu", "privateuseone")] == ["mps", "xpu", "hpu", "privateuseone"]
    assert repr(t.device("mps")) == "device(type='mps')" and t.device("xpu:1").index == 1 and t.device("mps") != t.device("cpu")
    with pytest.raises(RuntimeError, match="Expected one of cpu, cuda, ipu, xpu, .* device type at start of device string: tpu"):
        t.device("tpu")


@both
def test_states_of_adagrad(t):
    parameter = t.nn.Parameter(t.ones(2))
    optimizer = t.optim.Adagrad([parameter], initial_accumulator_value=0.5)
    assert optimizer.state[parameter]["step"].item() == 0 and optimizer.state[parameter]["sum"].tolist() == [0.5, 0.5]


def test_classes_of_the_old_style_are_compiled():
    box = wick.jit.script(_Box)
    assert box(3).doubled() == 6


class _Box(object):
    def __init__(self, x: int):
        self.x = x

    def doubled(self) -> int:
        return self.x * 2


@both
def test_files_with_sets_are_read(t, tmp_path):
    t.save({"names": {"a", "b"}, "z": 1j, "x": t.ones(2)}, tmp_path / "x.pt")
    with t.serialization.safe_globals([_Box]):
        found = t.load(tmp_path / "x.pt")
    assert found["names"] == {"a", "b"} and found["z"] == 1j
    lstm = t.nn.LSTM(2, 3)
    assert lstm.flatten_parameters() is None and lstm(t.ones(1, 1, 2))[0].shape == (1, 1, 3)


@both
def test_what_loaders_give(t):
    from importlib import import_module

    module = import_module(f"{t.__name__}.utils.data.dataloader")
    batches = iter(module.DataLoader([1, 2, 3], batch_size=2))
    assert isinstance(batches, module._BaseDataLoaderIter) and len(batches) == 2 and [b.tolist() for b in batches] == [[1, 2], [3]]
    with pytest.raises(StopIteration):
        next(batches)
    assert isinstance(iter(module.DataLoader([1], num_workers=1)), module._MultiProcessingDataLoaderIter)
    assert import_module(f"{t.__name__}.utils.data._utils.collate").default_collate([1, 2]).tolist() == [1, 2]


@both
def test_nodes_of_trees(t):
    import collections
    from importlib import import_module

    trees = import_module(f"{t.__name__}.utils._pytree")
    pair = collections.namedtuple("pair", "a b")
    items, context = trees.SUPPORTED_NODES[trees._get_node_type(pair(1, 2))].flatten_fn(pair(1, 2))
    assert items == [1, 2] and trees._get_node_type([1]) is list and trees._get_node_type(3) not in trees.SUPPORTED_NODES
    leaves, spec = trees.tree_flatten({"x": pair(1, (2, 3))})
    assert leaves == [1, 2, 3] and trees.tree_unflatten(leaves, spec) == {"x": pair(1, (2, 3))}


def test_names_of_what_is_absent():
    from wick.distributed import ProcessGroup
    from wick.distributed._tensor.experimental import implicit_replication
    from wick.distributed.device_mesh import DeviceMesh
    from wick.distributed.fsdp.wrap import ModuleWrapPolicy

    assert not wick.distributed.is_nccl_available() and not isinstance(3, (ProcessGroup, DeviceMesh))
    for name in (ProcessGroup, implicit_replication, ModuleWrapPolicy, wick.distributed.fsdp.StateDictType.FULL_STATE_DICT):
        with pytest.raises(RuntimeError, match="programs run in one process"):
            name()
    with pytest.raises(AttributeError):
        wick.distributed.no_such_name


@both
def test_records_of_files(t, tmp_path):
    t.save({"x": t.ones(2)}, tmp_path / "x.pt")
    reader = t._C.PyTorchFileReader(str(tmp_path / "x.pt")) if t is torch else t.PyTorchFileReader(str(tmp_path / "x.pt"))
    assert reader.has_record("data.pkl") and "data/0" in reader.get_all_records() and len(reader.get_record("data/0")) == 8
    with pytest.raises(RuntimeError, match="file not found"):
        reader.get_record("data/9")


@both
def test_steps_of_operators(t):
    x = t.ones(2)
    y = t.ops.aten._to_copy(x)
    assert y is not x and y.tolist() == [1, 1] and t.ops.aten._to_copy.default(x, dtype=t.float64).dtype == t.float64


@both
def test_parts_of_texts(t):
    from importlib import import_module

    shown = import_module(f"{t.__name__}._tensor_str")
    x = t.arange(4).view(2, 2)
    assert shown._tensor_str(x, 3) == "[[0, 1],\n    [2, 3]]" and shown._tensor_str(t.tensor(2.5), 0) == "2.5000" and shown.PRINT_OPTS.linewidth == 80
    assert shown._add_suffixes("Index([0, 1]", ["dim_size=3"], 6, False) == "Index([0, 1], dim_size=3)"
    assert shown._add_suffixes("I([0]", ["a" * 40, "b" * 50], 2, False) == f"I([0], {'a' * 40},\n  {'b' * 50})"


@both
def test_layouts_have_names(t):
    assert str(t.sparse_csr) == "torch.sparse_csr" and t.ones(1).layout not in (t.sparse_csr, t.sparse_csc, t.sparse_bsr, t.sparse_bsc, t.jagged)
