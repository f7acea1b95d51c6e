"""Workers of a DataLoader that are processes: for data sets whose Python would keep the interpreter lock.

A batch comes as a pickle through a pipe; the memory of its tensors and arrays comes beside it, as one block of shared memory.
"""
import concurrent.futures
import multiprocessing.connection
import multiprocessing.reduction
import os
import pickle
import queue
import random
import sys
import threading
import weakref

from ... import _wick
from ...multiprocessing import reductions
from ...random import manual_seed
from ._fetch import END, Fetcher, WorkerInfo, error_of, here, text_of

_ALIGNMENT = 64
# How often a worker looks whether the process that it works for is still there, in seconds.
_WATCH = 5.0

# The loaders' ends of all pipes. A forked process has copies of them, which keep the pipes open.
_open = weakref.WeakSet()

# What is sent to a worker besides the indices of a batch, and what comes back besides a batch.
_EPOCH, _STOP = "epoch", "stop"
_BATCH, _ENDED, _FAILED = "batch", "ended", "failed"


def send(connection, message):
    """Sends any object that can be pickled; what it holds of memory that offers itself goes into a block."""
    buffers = []
    text = pickle.dumps(message, protocol=5, buffer_callback=buffers.append)
    views = [buffer.raw() for buffer in buffers]
    places, size = [], 0
    for view in views:
        places.append((size, view.nbytes))
        size += -(-view.nbytes // _ALIGNMENT) * _ALIGNMENT
    connection.send((text, places, size))
    if size:
        descriptor, block = reductions.new_block(size)
        for view, (start, count) in zip(views, places):
            block[start : start + count] = view
        multiprocessing.reduction.send_handle(connection, descriptor, None)
        os.close(descriptor)


def receive(connection):
    text, places, size = connection.recv()
    if not size:
        return pickle.loads(text, buffers=[bytearray(count) for _, count in places])
    descriptor = multiprocessing.reduction.recv_handle(connection)
    block = memoryview(reductions.open_block(descriptor, size))
    os.close(descriptor)
    return pickle.loads(text, buffers=[block[start : start + count] for start, count in places])


class _Reply:
    """A batch that a worker was asked for."""

    def __init__(self, worker, number):
        self._worker, self._number = worker, number

    def result(self, timeout):
        return self._worker.take(self._number, timeout)

    def done(self):
        return False


class ProcessWorker:
    """The process, as the loader sees it. Batches come in the order in which they were asked for."""

    def __init__(self, loader, number, seed):
        context = loader.multiprocessing_context
        self._connection, other = context.Pipe()
        info = (number, loader.num_workers, seed + number)
        self._process = context.Process(target=_run, daemon=True, name=f"DataLoader worker {number}",
                                        args=(other, info, loader.dataset, loader.plan, loader.worker_init_fn))
        self._process.start()
        other.close()
        _open.add(self._connection)
        self._asked = 0

    def begin(self):
        self._send((_EPOCH, self._asked, None))

    def ask(self, indices):
        self._asked += 1
        self._send((None, self._asked, indices))
        return _Reply(self, self._asked)

    def end(self):
        """What is still to come will be passed over."""

    def close(self):
        try:
            self._connection.send((_STOP, 0, None))
        except OSError:
            pass  # it has ended already
        # So that it does not wait for somebody to read what it still sends.
        self._connection.close()
        self._process.join(_WATCH)
        if self._process.is_alive():
            self._process.terminate()

    def _send(self, message):
        try:
            self._connection.send(message)
        except OSError:
            self._fail()

    def take(self, number, timeout):
        """The batch of that number; those before it nobody has taken."""
        while True:
            ready = multiprocessing.connection.wait([self._connection, self._process.sentinel], timeout)
            if not ready:
                raise concurrent.futures.TimeoutError
            try:
                what, of, content = receive(self._connection) if self._connection in ready else self._fail()
            except (EOFError, ConnectionResetError):
                self._fail()
            if of != number:
                continue
            if what == _FAILED:
                raise error_of(*content)
            return END if what == _ENDED else content

    def _fail(self):
        self._process.join(_WATCH)
        raise RuntimeError(f"DataLoader worker (pid(s) {self._process.pid}) exited unexpectedly")


def _run(connection, info, dataset, plan, init):
    """In the process."""
    for pipe in list(_open):
        pipe.close()
    number, _, seed = info
    _wick.set_num_threads(1)
    manual_seed(seed)
    random.seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed % 2**32)
    here.worker = WorkerInfo(*info, dataset)
    tasks = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(connection, tasks), daemon=True).start()
    fetch = None
    try:
        while True:
            what, of, indices = tasks.get()
            if what == _STOP:
                break
            if what == _EPOCH:
                fetch = None
                continue
            try:
                if init is not None:
                    init(number)
                    init = None
                fetch = fetch or Fetcher(plan, dataset)
                batch = fetch(indices)
                reply = (_ENDED, of, None) if batch is END else (_BATCH, of, batch)
                send(connection, reply)
            except (BrokenPipeError, ConnectionResetError, KeyboardInterrupt):
                break
            except BaseException as error:
                send(connection, (_FAILED, of, _pickled(type(error), text_of(error, "process", number))))
    finally:
        connection.close()


def _pickled(kind, text):
    """The class, or RuntimeError where it can't be sent."""
    try:
        pickle.dumps(kind)
        return kind, text
    except Exception:
        return RuntimeError, text


def _listen(connection, tasks):
    """Takes what is sent at once, so that the sender does not wait, and ends the process with the one that it works for."""
    parent = os.getppid()
    try:
        while True:
            if connection.poll(_WATCH):
                tasks.put(connection.recv())
            elif os.getppid() != parent:
                break
    except (EOFError, OSError):
        pass
    tasks.put((_STOP, 0, None))
