"""utils.data: data sets, orders, batches, worker threads."""
import collections
import threading
import time

import numpy as np
import pytest

import wick
from wick.utils import data
from wick.utils.data import DataLoader


class Squares(data.Dataset):
    def __init__(self, size):
        self.size = size

    def __len__(self):
        return self.size

    def __getitem__(self, index):
        return wick.tensor([index, index * index])


class Stream(data.IterableDataset):
    """Numbers up to size, of which each worker thread gives its share."""

    def __init__(self, size):
        self.size = size

    def __iter__(self):
        info = data.get_worker_info()
        return iter(range(0, self.size) if info is None else range(info.id, self.size, info.num_workers))

    def __len__(self):
        return self.size


def test_data_sets():
    x, y = wick.arange(6), wick.arange(6) * 10
    pairs = data.TensorDataset(x, y)
    assert len(pairs) == 6 and [t.item() for t in pairs[2]] == [2, 20]
    with pytest.raises(AssertionError, match="Size mismatch"):
        data.TensorDataset(x, y[:3])
    both = pairs + data.Subset(pairs, [5, 0])
    assert len(both) == 8 and both[6][0].item() == 5 and both[-1][1].item() == 0
    with pytest.raises(ValueError):
        both[-9]
    stacked = data.StackDataset(a=Squares(3), b=Squares(3))
    assert stacked[2]["a"].tolist() == [2, 4]
    assert list(Stream(2) + Stream(3)) == [0, 1, 0, 1, 2]
    with pytest.raises(NotImplementedError):
        data.Dataset()[0]


def test_random_split(torch):
    wick.manual_seed(5)
    torch.manual_seed(5)
    ours = data.random_split(range(10), [0.5, 0.25, 0.25])
    theirs = torch.utils.data.random_split(range(10), [0.5, 0.25, 0.25])
    assert [list(s.indices) for s in ours] == [list(s.indices) for s in theirs]
    assert sorted(i for s in ours for i in s) == list(range(10))
    with pytest.raises(ValueError, match="Sum of input lengths"):
        data.random_split(range(10), [3, 3])


SAMPLERS = {
    "random": lambda lib: lib.RandomSampler(range(11)),
    "fewer": lambda lib: lib.RandomSampler(range(11), num_samples=4),
    "more": lambda lib: lib.RandomSampler(range(11), num_samples=30),
    "with replacement": lambda lib: lib.RandomSampler(range(11), replacement=True, num_samples=70),
    "subset": lambda lib: lib.SubsetRandomSampler([4, 5, 7, 9]),
    "weighted": lambda lib: lib.WeightedRandomSampler([0.1, 0.2, 0.7], 20),
    "weighted, once each": lambda lib: lib.WeightedRandomSampler([0.1, 0.2, 0.7, 3.0], 3, replacement=False),
    "batches": lambda lib: lib.BatchSampler(lib.RandomSampler(range(11)), 3, False),
    "whole batches": lambda lib: lib.BatchSampler(lib.SequentialSampler(range(11)), 3, True),
}


@pytest.mark.parametrize("name", SAMPLERS)
def test_orders_are_pytorchs(torch, name):
    wick.manual_seed(3)
    torch.manual_seed(3)
    ours, theirs = SAMPLERS[name](data), SAMPLERS[name](torch.utils.data)
    assert len(ours) == len(theirs)
    for _ in range(2):
        assert list(ours) == list(theirs)


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_batches(workers):
    loader = DataLoader(Squares(10), batch_size=4, num_workers=workers)
    batches = list(loader)
    assert len(loader) == 3 and [len(b) for b in batches] == [4, 4, 2]
    assert wick.cat(batches)[:, 1].tolist() == [i * i for i in range(10)]
    assert len(DataLoader(Squares(10), batch_size=4, drop_last=True)) == 2
    unbatched = DataLoader(Squares(3), batch_size=None, num_workers=workers)
    assert [b.tolist() for b in unbatched] == [[0, 0], [1, 1], [2, 4]]
    own = DataLoader(Squares(4), batch_sampler=[[3, 0], [1]], collate_fn=len, num_workers=workers)
    assert list(own) == [2, 1]


def test_shuffled_batches_are_pytorchs_with_any_number_of_workers(torch):
    torch.manual_seed(7)
    wanted = [b.tolist() for b in torch.utils.data.DataLoader(range(20), batch_size=6, shuffle=True)]
    for workers in (0, 2):
        wick.manual_seed(7)
        assert [b.tolist() for b in DataLoader(range(20), batch_size=6, shuffle=True, num_workers=workers)] == wanted
    generator = wick.Generator().manual_seed(7)
    first = [b.tolist() for b in DataLoader(range(20), batch_size=6, shuffle=True, generator=generator)]
    assert sorted(sum(first, [])) == list(range(20)) and first != wanted


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_iterable_data_sets(workers):
    loader = DataLoader(Stream(10), batch_size=3, num_workers=workers)
    batches = [b.tolist() for b in loader]
    assert sorted(sum(batches, [])) == list(range(10))
    assert len(loader) == 4
    if workers == 0:
        assert batches == [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9]]
    if workers == 3:
        assert batches[:2] == [[0, 3, 6], [1, 4, 7]]
    assert sum(len(b) for b in DataLoader(Stream(10), batch_size=4, drop_last=True)) == 8
    with pytest.raises(ValueError, match="unexpected|expected unspecified shuffle"):
        DataLoader(Stream(3), shuffle=True)


def test_results_come_in_order_although_threads_take_their_time():
    threads = set()

    class Slow(Squares):
        def __getitem__(self, index):
            threads.add(threading.current_thread().name)
            time.sleep(0.002 * (7 - index % 7))
            return index

    assert list(DataLoader(Slow(21), batch_size=None, num_workers=4)) == list(range(21))
    assert len(threads) == 4


def test_threads_work_ahead_but_not_further_than_they_were_told():
    asked = []

    class Counting(Squares):
        def __getitem__(self, index):
            asked.append(index)
            return index

    batches = iter(DataLoader(Counting(100), batch_size=1, num_workers=2, prefetch_factor=3))
    next(batches)
    time.sleep(0.1)
    assert 2 <= len(asked) <= 7


@pytest.mark.parametrize("workers", [0, 2])
def test_errors_are_raised_where_the_batch_was_to_come(workers):
    class Broken(Squares):
        def __getitem__(self, index):
            if index == 5:
                raise KeyError("no item 5")
            return index

    batches = iter(DataLoader(Broken(8), batch_size=2, num_workers=workers))
    assert [next(batches).tolist() for _ in range(2)] == [[0, 1], [2, 3]]
    with pytest.raises(KeyError, match="no item 5"):
        next(batches)
    if workers:
        # Later batches are there still.
        assert next(batches).tolist() == [6, 7]


def test_threads_end_with_their_loader():
    before = threading.active_count()
    for _ in range(3):
        batches = iter(DataLoader(Squares(50), num_workers=2))
        next(batches)
    del batches
    list(DataLoader(Squares(5), num_workers=2))
    until = time.time() + 5
    while threading.active_count() > before and time.time() < until:
        time.sleep(0.01)
    assert threading.active_count() == before


def test_what_workers_know():
    seen = []

    class Asking(Squares):
        def __getitem__(self, index):
            info = data.get_worker_info()
            drawn = wick.rand(1, generator=wick.Generator().manual_seed(info.seed + index)).item()
            return info.id, info.num_workers, drawn

    def batches():
        wick.manual_seed(1)
        return list(DataLoader(Asking(4), batch_size=None, num_workers=2, worker_init_fn=seen.append))

    first = batches()
    assert [(i, n) for i, n, _ in first] == [(0, 2), (1, 2), (0, 2), (1, 2)]
    assert sorted(seen) == [0, 1]
    assert batches() == first
    assert data.get_worker_info() is None


def test_collating():
    Point = collections.namedtuple("Point", "x y")
    batch = data.default_collate([
        {"t": wick.ones(2), "n": 1, "f": 0.5, "s": "a", "p": Point(1, 2), "l": [1, 2.0], "a": np.zeros(3), "b": (True, 1)},
        {"t": wick.zeros(2), "n": 2, "f": 1.5, "s": "b", "p": Point(3, 4), "l": [3, 4.0], "a": np.ones(3), "b": (False, 2)},
    ])
    assert batch["t"].shape == (2, 2) and batch["n"].dtype == wick.int64 and batch["f"].dtype == wick.float64
    assert batch["s"] == ["a", "b"] and batch["p"].y.tolist() == [2, 4]
    assert [c.tolist() for c in batch["l"]] == [[1, 3], [2, 4]]
    assert batch["a"].shape == (2, 3) and batch["a"].dtype == wick.float64
    assert batch["b"][0].tolist() == [True, False]
    with pytest.raises(RuntimeError, match="equal size"):
        data.default_collate([[1], [1, 2]])
    with pytest.raises(TypeError, match="must contain tensors"):
        data.default_collate([object()])


@pytest.mark.parametrize("options, message", [
    (dict(num_workers=-1), "non-negative"),
    (dict(prefetch_factor=2), "num_workers"),
    (dict(shuffle=True, sampler=range(3)), "mutually exclusive"),
    (dict(batch_sampler=[[0]], batch_size=2), "mutually exclusive"),
    (dict(batch_size=None, drop_last=True), "mutually exclusive"),
    (dict(batch_size=0), "positive integer"),
])
def test_wrong_options(options, message):
    with pytest.raises(ValueError, match=message):
        DataLoader(Squares(3), **options)


class Numbers(data.IterableDataset):
    """The numbers from start to end, in parts by worker_init_fn."""

    def __init__(self, start, end):
        self.start, self.end = start, end

    def __iter__(self):
        return iter(range(self.start, self.end))


def take_a_part(number):
    info = data.get_worker_info()
    mine, count = info.dataset, info.num_workers
    size = -(-(mine.end - mine.start) // count)
    mine.start, mine.end = mine.start + number * size, min(mine.start + (number + 1) * size, mine.end)


def test_workers_have_data_sets_of_their_own():
    numbers = Numbers(3, 10)
    loader = data.DataLoader(numbers, batch_size=2, num_workers=3, worker_init_fn=take_a_part)
    for _ in range(2):
        assert sorted(x for batch in loader for x in batch.tolist()) == list(range(3, 10))
    assert (numbers.start, numbers.end) == (3, 10)
    assert sorted(x for batch in data.DataLoader(numbers, num_workers=2) for x in batch.tolist()) == sorted(2 * list(range(3, 10)))


def test_persistent_workers_are_made_once():
    calls = []

    def init(number):
        calls.append(number)
        take_a_part(number)

    loader = data.DataLoader(Numbers(0, 8), batch_size=4, num_workers=2, worker_init_fn=init, persistent_workers=True,
                             pin_memory=True, prefetch_factor=3)
    for _ in range(3):
        assert [batch.tolist() for batch in loader] == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert sorted(calls) == [0, 1] and loader.persistent_workers and loader.pin_memory and loader.prefetch_factor == 3


@pytest.mark.parametrize("options, message", [
    (dict(persistent_workers=True), "persistent_workers option needs num_workers > 0"),
    (dict(multiprocessing_context="fork"), "multiprocessing_context can only be used with multi-process loading"),
    (dict(prefetch_factor=2), "prefetch_factor option could only be specified in multiprocessing"),
])
def test_options_that_need_workers(options, message):
    with pytest.raises(ValueError, match=message):
        data.DataLoader([1, 2], **options)
    assert data.DataLoader[int]([1]).prefetch_factor is None


@pytest.mark.parametrize("size, replicas, drop_last", [(10, 3, False), (10, 3, True), (2, 5, False), (8, 2, False)])
def test_parts_of_several_processes(torch, size, replicas, drop_last):
    import torch.utils.data

    for shuffle in (False, True):
        for rank in range(replicas):
            found = []
            for lib in (wick, torch):
                sampler = lib.utils.data.DistributedSampler(range(size), replicas, rank, shuffle, seed=3, drop_last=drop_last)
                sampler.set_epoch(2)
                found.append(list(sampler))
                assert len(sampler) == len(found[-1])
            assert found[0] == found[1]
    with pytest.raises(ValueError, match="rank should be in the interval"):
        data.DistributedSampler(range(3), 2, 2)


def test_parts_cover_the_data_set():
    parts = [list(data.DistributedSampler(range(7), 3, rank, shuffle=False)) for rank in range(3)]
    assert parts == [[0, 3, 6], [1, 4, 0], [2, 5, 1]]
