"""Workers of a DataLoader that are threads."""
import concurrent.futures
import copy
import queue
import threading

from ._fetch import Fetcher, WorkerInfo, error_of, here, text_of


class ThreadWorker:
    """Works with a data set whose attributes it may set as it likes. With persistent_workers it outlives its thread: each
    epoch has one."""

    def __init__(self, loader, number, seed):
        try:
            dataset = copy.copy(loader.dataset)
        except Exception:  # it can't be copied
            dataset = loader.dataset
        self._info = WorkerInfo(number, loader.num_workers, seed + number, dataset)
        self._plan, self._init = loader.plan, loader.worker_init_fn
        self._tasks = None

    def begin(self):
        """Another epoch."""
        self._tasks = queue.SimpleQueue()
        threading.Thread(target=self._work, args=(self._tasks,), daemon=True, name=f"DataLoader worker {self._info.id}").start()

    def ask(self, indices):
        """The batch of the indices, as what has `result(timeout)`."""
        future = concurrent.futures.Future()
        self._tasks.put((indices, future))
        return future

    def end(self):
        """The epoch is over, or nobody wants the rest of it."""
        self._tasks.put(None)

    close = end

    def _work(self, tasks):
        here.worker = self._info
        fetch = None
        while (task := tasks.get()) is not None:
            indices, future = task
            try:
                if self._init is not None:
                    self._init(self._info.id)
                    self._init = None
                fetch = fetch or Fetcher(self._plan, self._info.dataset)
                future.set_result(fetch(indices))
            except BaseException as error:
                seen = error_of(type(error), text_of(error, "thread", self._info.id))
                seen.__cause__ = error
                future.set_exception(seen)
