"""How long something takes.

    with Benchmark("With torchscript"):        # prints "With torchscript: 0.1234 sec"
        for _ in range(10000):
            net(x)
"""
import itertools
import time


class Timer:
    """Measures times and keeps them, in seconds."""

    def __init__(self):
        self.times = []
        self.start()

    def start(self):
        self._begin = time.perf_counter()

    def stop(self):
        """The time since the last start."""
        self.times.append(time.perf_counter() - self._begin)
        return self.times[-1]

    def sum(self):
        return sum(self.times)

    def avg(self):
        return sum(self.times) / len(self.times)

    def cumsum(self):
        return list(itertools.accumulate(self.times))


class Benchmark:
    """A context manager that prints what it is of, and how long it took."""

    def __init__(self, description="Done"):
        self.description = description

    def __enter__(self):
        self.timer = Timer()
        return self

    def __exit__(self, *exception):
        print(f"{self.description}: {self.timer.stop():.4f} sec")
