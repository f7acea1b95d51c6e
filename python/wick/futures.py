"""torch.futures: results that come later."""
import concurrent.futures
import threading

__all__ = ["Future", "collect_all", "wait_all"]


class Future:
    """A result that somebody sets, or an error; those who want it wait, or are called then."""

    def __init__(self, *, devices=None):
        self._future = concurrent.futures.Future()

    def __class_getitem__(cls, item):
        return cls

    @classmethod
    def _of(cls, future):
        made = cls()
        made._future = future
        return made

    def done(self):
        return self._future.done()

    def wait(self):
        return self._future.result()

    def value(self):
        if not self.done():
            raise RuntimeError("Future is incomplete: wait for it before asking for its value")
        return self._future.result()

    def set_result(self, result):
        if self.done():
            raise RuntimeError("Future can only be marked completed once")
        self._future.set_result(result)

    def set_exception(self, result):
        if not isinstance(result, Exception):
            raise AssertionError(f"{result} is of type {type(result)}, not an Exception.")
        if self.done():
            raise RuntimeError("Future can only be marked completed once")
        self._future.set_exception(result)

    def add_done_callback(self, callback):
        """callback(self) once there is a result, at once if there is one."""
        self._future.add_done_callback(lambda _: callback(self))

    def then(self, callback):
        """The future of callback(self)."""
        made = Future()

        def run(future):
            try:
                result = callback(future)
            except Exception as error:
                made.set_exception(error)
            else:
                made.set_result(result)

        self.add_done_callback(run)
        return made


def collect_all(futures):
    """A future whose result is the list of these futures when all are done."""
    futures = list(futures)
    made = Future()
    left = [len(futures)]
    lock = threading.Lock()

    def one_done(_):
        with lock:
            left[0] -= 1
            last = left[0] == 0
        if last:
            failed = next((future for future in futures if future._future.exception() is not None), None)
            if failed is None:
                made.set_result(futures)
            else:
                made.set_exception(failed._future.exception())

    if not futures:
        made.set_result(futures)
    for future in futures:
        future.add_done_callback(one_done)
    return made


def wait_all(futures):
    """The results of these futures, or the first error among them."""
    return [future.wait() for future in collect_all(futures).wait()]
