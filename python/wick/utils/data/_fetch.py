"""What a worker does, be it a thread, a process or who iterates: it makes batches of the items that it is told."""
import collections
import itertools
import threading
import traceback

from .dataset import IterableDataset

WorkerInfo = collections.namedtuple("WorkerInfo", "id num_workers seed dataset")
# How batches are made: indices come in lists, or one by one.
Plan = collections.namedtuple("Plan", "collate is_batched drop_last")

# What a fetcher gives when its iterable data set has ended.
END = object()

here = threading.local()


def get_worker_info():
    """Within a worker its id, their number, a seed of its own and the data set; elsewhere None."""
    return getattr(here, "worker", None)


class Fetcher:
    """Makes the batch of some indices, or the next ones of an iterable data set. Belongs to one worker."""

    def __init__(self, plan, dataset):
        self._dataset, self._plan = dataset, plan
        self._items = iter(dataset) if isinstance(dataset, IterableDataset) else None

    def __call__(self, indices):
        collate, is_batched, drop_last = self._plan
        if self._items is not None:
            items = list(itertools.islice(self._items, len(indices) if is_batched else 1))
            if not items or (is_batched and drop_last and len(items) < len(indices)):
                return END
            return collate(items if is_batched else items[0])
        if not is_batched:
            return collate(self._dataset[indices])
        if hasattr(self._dataset, "__getitems__"):
            return collate(self._dataset.__getitems__(indices))
        return collate([self._dataset[index] for index in indices])


def text_of(error, kind, worker):
    """What went wrong in which worker, for who gets the error elsewhere."""
    trace = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    return f"Caught {type(error).__name__} in DataLoader worker {kind} {worker}.\nOriginal {trace}"


def error_of(kind, text):
    """An exception of the class with the text, where the class is made of one."""
    try:
        return kind(text)
    except Exception:
        return RuntimeError(text)
