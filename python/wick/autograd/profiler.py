"""torch.autograd.profiler: profiles of what operators cost, taken of the thread that asks for one."""
import contextlib
import functools
import json
import os

from .. import _wick
from .profiler_util import EventList, FunctionEvent, FunctionEventAvg, events_of

__all__ = ["EventList", "FunctionEvent", "FunctionEventAvg", "emit_itt", "emit_nvtx", "kineto_available", "profile", "record_function"]


def kineto_available():
    return False


class record_function:
    """A context, or a decorator: what happens in it is a range of the profile, if one is taken."""

    def __init__(self, name, args=None):
        self.name, self.args = name, args

    def __enter__(self):
        self._range = _wick._begin_range(self.name)
        return self

    def __exit__(self, *exception):
        _wick._end_range(self._range)

    def __call__(self, function):
        @functools.wraps(function)
        def called(*args, **kwargs):
            with record_function(self.name, self.args):
                return function(*args, **kwargs)

        return called


class profile:
    """A context whose calls of operators, backward passes and compiled functions are timed."""

    def __init__(self, enabled=True, *, use_cuda=False, use_device=None, record_shapes=False, with_flops=False, profile_memory=False, with_stack=False,
                 with_modules=False, use_kineto=False, use_cpu=True, **other):
        self.enabled, self.record_shapes, self.profile_memory = enabled, record_shapes, profile_memory
        self._profiler = _wick._Profiler(record_shapes, profile_memory)
        self._records = self._events = None

    def __enter__(self):
        if self.enabled:
            self._records = self._events = None
            self._profiler.start()
        return self

    def __exit__(self, *exception):
        if self.enabled:
            self._profiler.stop()
            self._records = self._profiler.events()
        return False

    def __repr__(self):
        return "<unfinished torch.autograd.profile>" if self._records is None else repr(self.function_events)

    def __str__(self):
        return "<unfinished torch.autograd.profile>" if self._records is None else str(self.function_events)

    @property
    def function_events(self):
        if self._records is None:
            raise RuntimeError("Profiler didn't finish running")
        if self._events is None:
            self._events = events_of(self._records, self.profile_memory)
        return self._events

    def table(self, *args, **kwargs):
        return self.function_events.table(*args, **kwargs)

    def key_averages(self, group_by_input_shape=False, group_by_stack_n=0, group_by_overload_name=False):
        return self.function_events.key_averages(group_by_input_shape, group_by_stack_n, group_by_overload_name)

    def total_average(self):
        return self.function_events.total_average()

    @property
    def self_cpu_time_total(self):
        return self.function_events.self_cpu_time_total

    def export_chrome_trace(self, path, metadata=None):
        """A file that chrome://tracing and Perfetto show."""
        rows = [{"ph": "M", "name": "process_name", "pid": os.getpid(), "tid": 0, "args": {"name": "wick"}}]
        for event, record in zip(self.function_events, self._records):
            args = {"External id": event.id}
            if self.record_shapes and not event.is_user_annotation:
                args.update({"Input Dims": event.input_shapes, "Input type": event.input_dtypes, "Input Strides": event.input_strides})
            rows.append({"ph": "X", "cat": "user_annotation" if event.is_user_annotation else "cpu_op", "name": event.trace_name, "pid": os.getpid(),
                         "tid": record["thread"], "ts": event.time_range.start, "dur": event.time_range.elapsed_us(), "args": args})
        trace = {"schemaVersion": 1, "record_shapes": int(self.record_shapes), "displayTimeUnit": "ms", **(metadata or {}), "traceEvents": rows}
        if path.endswith(".gz"):
            import gzip

            with gzip.open(path, "wt") as file:
                json.dump(trace, file)
        else:
            with open(path, "w", encoding="utf-8") as file:
                json.dump(trace, file)


def emit_nvtx(enabled=True, record_shapes=False):
    """Marks for NVIDIA's tools, which a machine without CUDA has no use for."""
    return contextlib.nullcontext()


def emit_itt(enabled=True, record_shapes=False):
    """Marks for Intel's VTune: none are made."""
    return contextlib.nullcontext()
