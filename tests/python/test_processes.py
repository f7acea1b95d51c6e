"""Tensors between processes: pickles, shared memory, queues, DataLoader's worker processes."""
import copy
import multiprocessing
import os
import pickle
import random
import signal
import time
import warnings

import pytest

import wick
from wick import multiprocessing as mp
from wick.utils import data
from wick.utils.data import DataLoader


@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_pickles(t, protocol):
    def through(value):
        return pickle.loads(pickle.dumps(value, protocol=protocol))

    for x in (t.arange(6.0).view(2, 3), t.arange(6).view(2, 3).t(), t.arange(8)[::2], t.tensor(True), t.ones(0, 3), t.ones(1, 2, 3, 4).bfloat16(),
              t.randn(2, 3, 4, 5).to(memory_format=t.channels_last), t.tensor([1 + 2j])):
        y = through(x)
        assert t.equal(x, y) and x.dtype is y.dtype
        if protocol == 4 or x.is_contiguous():
            assert x.stride() == y.stride()
    assert through(t.ones(2, requires_grad=True)).requires_grad
    parameter = through(t.nn.Parameter(t.ones(2)))
    assert isinstance(parameter, t.nn.Parameter) and parameter.requires_grad
    net = t.nn.Sequential(t.nn.Linear(2, 3), t.nn.BatchNorm1d(3)).eval()
    again = through(net)
    assert not again.training and t.equal(again(t.ones(1, 2)), net(t.ones(1, 2)))
    assert through(t.device("cpu")) == t.device("cpu") and through(t.float16) is t.float16 and through(t.Size([2])) == (2,)
    generator = t.Generator().manual_seed(3)
    t.rand(5, generator=generator)
    assert t.equal(t.rand(3, generator=through(generator)), t.rand(3, generator=generator))
    x = t.ones(2, 2)
    x, y = through([x, x])
    assert x is y
    x += 1  # memory of its own


def test_memory_out_of_band():
    x, buffers = wick.arange(6.0).view(2, 3).t(), []
    text = pickle.dumps([x, wick.ones(3, dtype=wick.bfloat16)], protocol=5, buffer_callback=buffers.append)
    assert [buffer.raw().nbytes for buffer in buffers] == [24, 6] and len(text) < 400
    y, z = pickle.loads(text, buffers=buffers)
    y[0, 0] = 7
    assert x[0, 0] == 7 and y.stride() == (1, 3) and z.dtype is wick.bfloat16


def test_copies(t):
    net = t.jit.script(t.nn.Sequential(t.nn.Linear(2, 3), t.nn.Dropout()).eval())
    other = copy.deepcopy(net)
    x = t.ones(1, 2)
    assert t.equal(net(x), other(x)) and not other.training
    with t.no_grad():
        next(other.parameters()).zero_()
    assert not t.equal(net(x), other(x)) and all(p.requires_grad for p in other.parameters())


def test_frombuffer(t):
    memory = bytearray(range(16))
    x = t.frombuffer(memory, dtype=t.int16)
    x[0] = 300
    assert memory[:2] == bytes([44, 1]) and x.shape == (8,)
    assert t.frombuffer(memory, dtype=t.uint8, count=3, offset=2).tolist() == [2, 3, 4]
    assert t.frombuffer(memory, dtype=t.float32, requires_grad=True).requires_grad
    for options, message in ((dict(offset=3), "must be a multiple of element size"), (dict(count=9), "must not be greater than actual buffer length"),
                             (dict(count=0), "must not be 0"), (dict(offset=16), "no greater than buffer length")):
        with pytest.raises(ValueError, match=message):
            t.frombuffer(memory, dtype=t.int32, **options)
    with pytest.raises(ValueError, match="does not implement Python buffer protocol"):
        t.frombuffer(3, dtype=t.int32)
    with warnings.catch_warnings(record=True):
        assert t.frombuffer(bytes(8), dtype=t.int32).tolist() == [0, 0]


# Processes ------------------------------------------------------------------------------------------------------------


def add_one(queue, done, parameter):
    x = queue.get()
    x += 1
    with wick.no_grad():
        parameter += 1
    done.put((x, x * 2, wick.zeros(100, 200)))
    queue.get()


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_queues_and_shared_memory(method):
    context = mp.get_context(method)
    queue, done = context.Queue(), context.Queue()
    shared, parameter = wick.zeros(3), wick.nn.Parameter(wick.zeros(2))
    assert not shared.is_shared() and shared.share_memory_() is shared and shared.is_shared() and shared[1:].is_shared()
    parameter.share_memory_()
    process = context.Process(target=add_one, args=(queue, done, parameter))
    process.start()
    queue.put(shared)
    same, double, large = done.get(timeout=60)
    assert shared.tolist() == [1, 1, 1] and parameter.tolist() == [1, 1] and large.is_shared() and not double.is_shared()
    same += 1
    assert shared.tolist() == [2, 2, 2] and double.tolist() == [2, 2, 2] and large.shape == (100, 200)
    queue.put(None)
    process.join(60)
    assert process.exitcode == 0
    del same, large, shared, parameter
    with pytest.raises(RuntimeError, match="Cowardly refusing to serialize non-leaf"):
        multiprocessing.reduction.ForkingPickler.dumps(wick.ones(2, requires_grad=True) * 2)


def test_modules_in_shared_memory():
    net = wick.nn.BatchNorm1d(2)
    assert net.share_memory() is net and all(x.is_shared() for x in net.state_dict().values())


def test_blocks_go_with_their_tensors():
    from wick.multiprocessing import reductions

    before = len(os.listdir("/proc/self/fd"))
    for _ in range(10):
        x = wick.ones(1000).share_memory_()[5:]
    assert len(reductions._blocks) == 1
    del x
    assert not reductions._blocks and len(os.listdir("/proc/self/fd")) == before


def work_hard(index, wanted):
    if index == wanted:
        raise ValueError("nothing works")
    if wanted == 5:
        os.kill(os.getpid(), signal.SIGKILL)


def test_spawn():
    assert mp.spawn(work_hard, args=(7,), nprocs=2) is None
    with pytest.raises(mp.ProcessRaisedException, match="(?s)Process 1 terminated with the following error:.*ValueError: nothing works"):
        mp.spawn(work_hard, args=(1,), nprocs=2)
    with pytest.raises(mp.ProcessExitedException, match="process 0 terminated with signal SIGKILL"):
        mp.start_processes(work_hard, args=(5,), nprocs=1, start_method="fork")


def product(x):
    return (x @ x).sum().item()


def test_a_forked_process_has_threads_of_its_own():
    x = wick.rand(400, 400)
    expected = product(x)
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.map_async(product, [x] * 4).get(60) == pytest.approx([expected] * 4)


# Workers --------------------------------------------------------------------------------------------------------------


class Squares(data.Dataset):
    def __init__(self, length):
        self.length = length

    def __len__(self):
        return self.length

    def __getitem__(self, index):
        return {"x": wick.full((40,), float(index)), "square": index * index, "pid": os.getpid()}


class Counting(data.IterableDataset):
    def __iter__(self):
        info = data.get_worker_info()
        return iter(range(info.id, 10, info.num_workers))


class Broken(Squares):
    def __getitem__(self, index):
        if index == 3:
            raise KeyError("three is missing")
        return index


class Dying(Squares):
    def __getitem__(self, index):
        os._exit(3)


class Sleeping(Squares):
    def __getitem__(self, index):
        time.sleep(5)


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_batches_of_processes(method):
    loader = DataLoader(Squares(10), batch_size=4, num_workers=2, multiprocessing_context=method)
    batches = list(loader)
    assert wick.cat([batch["x"][:, 0] for batch in batches]).tolist() == list(range(10))
    assert wick.cat([batch["square"] for batch in batches]).tolist() == [n * n for n in range(10)]
    processes = [set(batch["pid"].tolist()) for batch in batches]
    assert processes[0] == processes[2] != processes[1] and os.getpid() not in processes[0] | processes[1]
    batches[0]["x"] += 1
    assert batches[1]["x"][0, 0] == 4 and loader.multiprocessing_context.get_start_method() == method


def test_iterable_data_sets_are_split_by_worker():
    batches = list(DataLoader(Counting(), batch_size=2, num_workers=3, multiprocessing_context="fork"))
    assert sorted(wick.cat(batches).tolist()) == list(range(10))
    assert [batch.tolist() for batch in batches[:3]] == [[0, 3], [1, 4], [2, 5]]


def test_persistent_processes():
    started = multiprocessing.get_context("fork").Value("i", 0)

    def init(number):
        with started.get_lock():
            started.value += 1

    loader = DataLoader(Squares(8), batch_size=2, num_workers=2, persistent_workers=True, multiprocessing_context="fork", worker_init_fn=init)
    first = [batch["pid"][0].item() for batch in loader]
    next(iter(loader))  # the rest is not wanted
    assert [batch["pid"][0].item() for batch in loader] == first and started.value == 2
    assert [batch["square"].tolist() for batch in loader][1] == [4, 9]
    del loader
    for pid in set(first):
        assert not alive(pid)


def alive(pid):
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.05)
    return True


def test_errors_in_processes():
    loader = iter(DataLoader(Broken(6), batch_size=2, num_workers=2, multiprocessing_context="fork"))
    assert next(loader).tolist() == [0, 1]
    with pytest.raises(KeyError, match="(?s)Caught KeyError in DataLoader worker process 1.*Original Traceback.*three is missing"):
        next(loader)
    assert next(loader).tolist() == [4, 5]
    with pytest.raises(RuntimeError, match=r"DataLoader worker \(pid\(s\) \d+\) exited unexpectedly"):
        next(iter(DataLoader(Dying(2), num_workers=1, multiprocessing_context="fork")))
    with pytest.raises(RuntimeError, match="DataLoader timed out after 0.2 seconds"):
        next(iter(DataLoader(Sleeping(2), num_workers=1, timeout=0.2, multiprocessing_context="fork")))


def test_processes_end_with_their_loader():
    loader = iter(DataLoader(Squares(1000), num_workers=1, multiprocessing_context="fork"))
    pid = next(loader)["pid"].item()
    del loader
    assert not alive(pid)


def test_their_random_numbers_are_pytorchs(torch):
    def drawn(t):
        class Drawn(t.utils.data.Dataset):
            __len__ = lambda self: 4
            __getitem__ = lambda self, index: (t.rand(1).item(), random.random())

        t.manual_seed(5)
        return [tuple(x.item() for x in pair) for pair in t.utils.data.DataLoader(Drawn(), num_workers=2, multiprocessing_context="fork")]

    assert drawn(wick) == drawn(torch)


@pytest.mark.parametrize("context, error, message", [("thread", ValueError, "should specify a valid start method"), (3, TypeError, "valid context object")])
def test_wrong_contexts(context, error, message):
    with pytest.raises(error, match=message):
        DataLoader(Squares(2), num_workers=1, multiprocessing_context=context)
    with pytest.raises(ValueError, match="num_workers > 0"):
        DataLoader(Squares(2), multiprocessing_context="fork")
