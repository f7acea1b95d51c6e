"""DataLoader: batches of a data set, made on the way or ahead of it by threads or processes."""
import collections
import concurrent.futures
import itertools
import typing
import weakref

from ._fetch import END, Fetcher, Plan
from ._threads import ThreadWorker
from .collate import default_collate, default_convert
from .dataset import IterableDataset
from .sampler import BatchSampler, RandomSampler, SequentialSampler, random_seed


_collate_fn_t = typing.Callable[[list], typing.Any]


class DataLoader:
    """An iterable of batches.

    With num_workers > 0 workers make prefetch_factor batches each ahead of their use. They come in the order of the
    sampler, and an error in a worker is raised where its batch was to come. With persistent_workers they, and what
    worker_init_fn made of their data sets, stay from epoch to epoch.

    Workers are threads: operators release the interpreter lock, and so do reading and decoding in most libraries. Each has
    a shallow copy of the data set (get_worker_info().dataset), to set attributes of. Threads share wick's random numbers:
    what a thread draws repeats itself only with a generator of its own, seeded by get_worker_info().seed. With a
    multiprocessing_context ("fork", "spawn", "forkserver", or a context) they are processes, for data sets that are busy
    with Python; tensors come through shared memory, and each process draws PyTorch's random numbers.
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
        # No device copies from pinned memory.
        self.pin_memory, self.pin_memory_device, self.in_order = pin_memory, pin_memory_device, in_order
        self.multiprocessing_context, self.persistent_workers = _context(multiprocessing_context), persistent_workers
        self._workers = None  # those that go on in the next epoch
        self.collate_fn = collate_fn or (default_convert if batch_sampler is None else default_collate)
        self.plan = Plan(self.collate_fn, batch_sampler is not None, drop_last)

    def __class_getitem__(cls, item):
        return cls

    def __iter__(self):
        # Drawn whether it is used or not, so that what is drawn later does not depend on the number of workers.
        seed = random_seed(self.generator)
        order = iter(self.sampler if self.batch_sampler is None else self.batch_sampler)
        if self.num_workers == 0:
            return _SingleProcessDataLoaderIter(self, order)
        workers = self._workers or [self._worker_class()(self, number, seed) for number in range(self.num_workers)]
        if self.persistent_workers and not self._workers:
            self._workers = workers
            weakref.finalize(self, _end, workers, False)
        return _MultiProcessingDataLoaderIter(self, workers, order)

    def _worker_class(self):
        if self.multiprocessing_context is None:
            return ThreadWorker
        from ._processes import ProcessWorker

        return ProcessWorker

    def __len__(self):
        if not isinstance(self.dataset, IterableDataset):
            return len(self.sampler if self.batch_sampler is None else self.batch_sampler)
        if self.batch_size is None:
            return len(self.dataset)
        whole, rest = divmod(len(self.dataset), self.batch_size)
        return whole + (rest > 0 and not self.drop_last)


def _context(given):
    """A context of multiprocessing, by its name or as it is; None for threads."""
    if given is None or not isinstance(given, str):
        if given is not None and not hasattr(given, "Process"):
            raise TypeError("multiprocessing_context option should be a valid context object or a string specifying the start method, "
                            f"but got multiprocessing_context={given!r}")
        return given
    import multiprocessing

    if given not in multiprocessing.get_all_start_methods():
        raise ValueError("multiprocessing_context option should specify a valid start method in "
                         f"{multiprocessing.get_all_start_methods()!r}, but got multiprocessing_context={given!r}")
    return multiprocessing.get_context(given)


class _Endless:
    """Stands for the indices of an iterable data set, which ends by itself."""

    def __iter__(self):
        return itertools.repeat(None)


class _BaseDataLoaderIter:
    """What goes over a loader once."""

    def __init__(self, loader):
        self._loader = loader

    def __iter__(self):
        return self

    def __len__(self):
        return len(self._loader)


class _SingleProcessDataLoaderIter(_BaseDataLoaderIter):
    """The batches, made when they are asked for."""

    def __init__(self, loader, order):
        super().__init__(loader)
        self._order, self._fetch = order, Fetcher(loader.plan, loader.dataset)

    def __next__(self):
        batch = self._fetch(next(self._order))
        if batch is END:
            self._order = iter(())
            raise StopIteration
        return batch


class _MultiProcessingDataLoaderIter(_BaseDataLoaderIter):
    """The batches in order, made ahead by workers; batch n is made by worker n modulo their number."""

    def __init__(self, loader, workers, order):
        super().__init__(loader)
        self._order, self._timeout = order, loader.timeout or None
        self._pending = collections.deque()
        self._running = list(workers)
        self._next = 0
        for worker in workers:
            worker.begin()
        self._end = weakref.finalize(self, _end, workers, loader.persistent_workers)
        for _ in range(loader.prefetch_factor * len(workers)):
            self._ask()

    def _ask(self):
        if not self._running:
            return
        indices = next(self._order, END)
        if indices is END:
            self._running = []
            return
        worker = self._running[self._next % len(self._running)]
        self._next += 1
        self._pending.append((worker, worker.ask(indices)))

    def __next__(self):
        while self._pending:
            worker, reply = self._pending.popleft()
            try:
                batch = reply.result(self._timeout)
            except concurrent.futures.TimeoutError:
                if reply.done():
                    raise
                raise RuntimeError(f"DataLoader timed out after {self._timeout} seconds") from None
            finally:
                self._ask()
            if batch is not END:
                return batch
            # The worker's part of an iterable data set has ended.
            if worker in self._running:
                self._running.remove(worker)
        self._end()
        raise StopIteration


def _end(workers, are_kept):
    for worker in workers:
        if are_kept:
            worker.end()
        else:
            worker.close()
