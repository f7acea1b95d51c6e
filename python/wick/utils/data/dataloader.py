"""DataLoader: batches of a data set, made on the way or ahead of it by threads."""
import collections
import concurrent.futures
import copy
import itertools
import queue
import threading
import traceback
import weakref

from .collate import default_collate, default_convert
from .dataset import IterableDataset
from .sampler import BatchSampler, RandomSampler, SequentialSampler, random_seed

_here = threading.local()

WorkerInfo = collections.namedtuple("WorkerInfo", "id num_workers seed dataset")


def get_worker_info():
    """Within a worker thread its id, their number, a seed of its own and the data set; elsewhere None."""
    return getattr(_here, "worker", None)


class DataLoader:
    """An iterable of batches.

    With num_workers > 0 threads make prefetch_factor batches each ahead of their use. They come in the order of the
    sampler, and an error in a thread is raised where its batch was to come. Operators release the interpreter lock, and so
    do reading and decoding in most libraries. Each thread has a shallow copy of the data set (get_worker_info().dataset), to
    set attributes of; with persistent_workers it and what worker_init_fn made of it stay from epoch to epoch. Threads share
    wick's random numbers: what a thread draws repeats itself only with a generator of its own, seeded by
    get_worker_info().seed.
    """

    def __init__(self, dataset, batch_size=1, shuffle=None, sampler=None, batch_sampler=None, num_workers=0, collate_fn=None,
                 pin_memory=False, drop_last=False, timeout=0, worker_init_fn=None, multiprocessing_context=None,
                 generator=None, *, prefetch_factor=None, persistent_workers=False, pin_memory_device="", in_order=True):
        if num_workers < 0:
            raise ValueError("num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.")
        if timeout < 0:
            raise ValueError("timeout option should be non-negative")
        if persistent_workers and num_workers == 0:
            raise ValueError("persistent_workers option needs num_workers > 0")
        if multiprocessing_context is not None and num_workers == 0:
            raise ValueError("multiprocessing_context can only be used with multi-process loading (num_workers > 0), but got "
                             f"num_workers={num_workers}")
        if num_workers == 0 and prefetch_factor is not None:
            raise ValueError("prefetch_factor option could only be specified in multiprocessing.let num_workers > 0 to enable "
                             "multiprocessing, otherwise set prefetch_factor to None.")
        if prefetch_factor is not None and prefetch_factor < 1:
            raise ValueError("prefetch_factor option should be non-negative")
        is_iterable = isinstance(dataset, IterableDataset)
        if is_iterable and shuffle:
            raise ValueError("DataLoader with IterableDataset: expected unspecified shuffle option, but got "
                             f"shuffle={shuffle}")
        if is_iterable and (sampler is not None or batch_sampler is not None):
            raise ValueError("DataLoader with IterableDataset: expected unspecified sampler option")
        if sampler is not None and shuffle:
            raise ValueError("sampler option is mutually exclusive with shuffle")
        if batch_sampler is not None and (batch_size != 1 or shuffle or sampler is not None or drop_last):
            raise ValueError("batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last")
        if batch_sampler is None and batch_size is None and drop_last:
            raise ValueError("batch_size=None option disables auto-batching and is mutually exclusive with drop_last")

        if is_iterable:
            sampler = _Endless()
        elif sampler is None:
            sampler = RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)
        if batch_sampler is not None:
            batch_size, drop_last = None, False
        elif batch_size is not None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.dataset, self.batch_size, self.drop_last = dataset, batch_size, drop_last
        self.sampler, self.batch_sampler, self.generator = sampler, batch_sampler, generator
        self.num_workers, self.timeout, self.worker_init_fn = num_workers, timeout, worker_init_fn
        self.prefetch_factor = prefetch_factor if prefetch_factor or not num_workers else 2
        # Threads need neither pinned memory nor a way to start processes.
        self.pin_memory, self.pin_memory_device, self.in_order = pin_memory, pin_memory_device, in_order
        self.multiprocessing_context, self.persistent_workers = multiprocessing_context, persistent_workers
        self._workers = None  # those that go on in the next epoch
        self.collate_fn = collate_fn or (default_convert if batch_sampler is None else default_collate)

    def __class_getitem__(cls, item):
        return cls

    def __iter__(self):
        # Drawn whether it is used or not, so that what is drawn later does not depend on the number of workers.
        seed = random_seed(self.generator)
        order = iter(self.sampler if self.batch_sampler is None else self.batch_sampler)
        if self.num_workers == 0:
            return self._in_this_thread(order)
        workers = self._workers or [_Worker(self, number, seed) for number in range(self.num_workers)]
        if self.persistent_workers:
            self._workers = workers
        return _Threaded(self, workers, order)

    def _in_this_thread(self, order):
        fetch = _Fetcher(self, self.dataset)
        for indices in order:
            batch = fetch(indices)
            if batch is _END:
                return
            yield batch

    def __len__(self):
        if not isinstance(self.dataset, IterableDataset):
            return len(self.sampler if self.batch_sampler is None else self.batch_sampler)
        if self.batch_size is None:
            return len(self.dataset)
        whole, rest = divmod(len(self.dataset), self.batch_size)
        return whole + (rest > 0 and not self.drop_last)


# What a fetcher gives when its iterable data set has ended.
_END = object()


class _Endless:
    """Stands for the indices of an iterable data set, which ends by itself."""

    def __iter__(self):
        return itertools.repeat(None)


class _Fetcher:
    """Makes the batch of some indices, or the next ones of an iterable data set. Belongs to one thread."""

    def __init__(self, loader, dataset):
        self._dataset, self._collate, self._drop_last = dataset, loader.collate_fn, loader.drop_last
        self._is_batched = loader.batch_sampler is not None
        self._items = iter(dataset) if isinstance(dataset, IterableDataset) else None

    def __call__(self, indices):
        if self._items is not None:
            items = list(itertools.islice(self._items, len(indices) if self._is_batched else 1))
            if not items or (self._is_batched and self._drop_last and len(items) < len(indices)):
                return _END
            return self._collate(items if self._is_batched else items[0])
        if not self._is_batched:
            return self._collate(self._dataset[indices])
        if hasattr(self._dataset, "__getitems__"):
            return self._collate(self._dataset.__getitems__(indices))
        return self._collate([self._dataset[index] for index in indices])


class _Worker:
    """What a thread works with: a data set whose attributes it may set as it likes, and who it is. With persistent_workers it
    outlives its thread."""

    def __init__(self, loader, number, seed):
        try:
            dataset = copy.copy(loader.dataset)
        except Exception:  # it can't be copied
            dataset = loader.dataset
        self._info = WorkerInfo(number, loader.num_workers, seed + number, dataset)
        self._init = loader.worker_init_fn

    def work(self, loader, tasks):
        """Makes the batches that it is asked for, until it is asked for nothing more."""
        _here.worker = self._info
        fetch = None
        while (task := tasks.get()) is not None:
            indices, result = task
            try:
                if self._init is not None:
                    self._init(self._info.id)
                    self._init = None
                fetch = fetch or _Fetcher(loader, self._info.dataset)
                result.set_result(fetch(indices))
            except BaseException as error:
                result.set_exception(_seen_from_outside(error, self._info.id))


def _seen_from_outside(error, worker):
    """An exception of the same class that tells where it comes from."""
    text = f"Caught {type(error).__name__} in DataLoader worker thread {worker}.\nOriginal {traceback.format_exc()}"
    try:
        seen = type(error)(text)
    except Exception:
        seen = RuntimeError(text)
    seen.__cause__ = error
    return seen


class _Threaded:
    """The batches in order; batch n is made by thread n modulo their number."""

    def __init__(self, loader, workers, order):
        count = len(workers)
        self._order, self._timeout = order, loader.timeout or None
        self._queues = [queue.SimpleQueue() for _ in range(count)]
        self._pending = collections.deque()
        self._running = list(range(count))
        self._next = 0
        for number, (worker, tasks) in enumerate(zip(workers, self._queues)):
            threading.Thread(target=worker.work, args=(loader, tasks), daemon=True, name=f"DataLoader worker {number}").start()
        weakref.finalize(self, _stop, self._queues)
        for _ in range(loader.prefetch_factor * count):
            self._ask()

    def _ask(self):
        if not self._running:
            return
        indices = next(self._order, _END)
        if indices is _END:
            self._running = []
            return
        worker = self._running[self._next % len(self._running)]
        self._next += 1
        result = concurrent.futures.Future()
        self._queues[worker].put((indices, result))
        self._pending.append((worker, result))

    def __iter__(self):
        return self

    def __next__(self):
        while self._pending:
            worker, result = self._pending.popleft()
            try:
                batch = result.result(self._timeout)
            except concurrent.futures.TimeoutError:
                if result.done():
                    raise
                raise RuntimeError(f"DataLoader timed out after {self._timeout} seconds") from None
            finally:
                self._ask()
            if batch is not _END:
                return batch
            # The thread's part of an iterable data set has ended.
            if worker in self._running:
                self._running.remove(worker)
        _stop(self._queues)
        raise StopIteration


def _stop(queues):
    for tasks in queues:
        tasks.put(None)
