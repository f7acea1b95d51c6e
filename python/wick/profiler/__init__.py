"""torch.profiler: profiles of programs that go on in steps."""
import enum
import json
import os
import socket
import time

from .._aliases import make_modules
from ..autograd import profiler as _autograd_profiler
from ..autograd.profiler import kineto_available, record_function
from ..autograd.profiler_util import DeviceType

__all__ = ["DeviceType", "ProfilerAction", "ProfilerActivity", "kineto_available", "profile", "record_function", "schedule", "supported_activities",
           "tensorboard_trace_handler"]


class ProfilerAction(enum.Enum):
    NONE = 0
    WARMUP = 1
    RECORD = 2
    RECORD_AND_SAVE = 3


class ProfilerActivity(enum.Enum):
    CPU = 0
    XPU = 1
    MTIA = 2
    CUDA = 3
    HPU = 4
    PrivateUse1 = 5


def supported_activities():
    return {ProfilerActivity.CPU}


def schedule(*, wait, warmup, active, repeat=0, skip_first=0, skip_first_wait=0):
    """What to do in each step: `skip_first` steps nothing, then cycles (`repeat` of them, 0 for no end) of waiting, warming up and recording."""
    if min(wait, warmup, repeat, skip_first) < 0 or active <= 0:
        raise AssertionError("Invalid profiler schedule arguments")

    def action_of(step):
        if step < 0:
            raise AssertionError(f"Step must be non-negative. Got {step}.")
        step -= skip_first
        if step < 0:
            return ProfilerAction.NONE
        if skip_first_wait:
            step += wait
        cycle = wait + warmup + active
        if repeat > 0 and step // cycle >= repeat:
            return ProfilerAction.NONE
        at = step % cycle
        if at < wait:
            return ProfilerAction.NONE
        if at < wait + warmup:
            return ProfilerAction.WARMUP
        return ProfilerAction.RECORD if at < cycle - 1 else ProfilerAction.RECORD_AND_SAVE

    return action_of


def _default_schedule_fn(step):
    """Every step is recorded."""
    return ProfilerAction.RECORD


def tensorboard_trace_handler(dir_name, worker_name=None, use_gzip=False, use_python_export=False):
    """For `on_trace_ready`: each trace goes to a file in the folder."""

    def write(prof):
        os.makedirs(dir_name, exist_ok=True)
        worker = worker_name or f"{socket.gethostname()}_{os.getpid()}"
        prof.export_chrome_trace(os.path.join(dir_name, f"{worker}.{time.time_ns()}.pt.trace.json" + (".gz" if use_gzip else "")))

    return write


class profile:
    """A context in which calls of operators are timed: all of it, or what `schedule` says of the steps that `step` ends."""

    def __init__(self, *, activities=None, schedule=None, on_trace_ready=None, record_shapes=False, profile_memory=False, with_stack=False,
                 with_flops=False, with_modules=False, experimental_config=None, execution_trace_observer=None, acc_events=False, use_cuda=None,
                 **other):
        self.activities = set(activities) if activities else supported_activities()
        if not self.activities:
            raise AssertionError("No valid profiler activities found")
        self.record_shapes, self.profile_memory, self.with_stack = record_shapes, profile_memory, with_stack
        self.with_flops, self.with_modules = with_flops, with_modules
        self.schedule = schedule or _default_schedule_fn
        self.record_steps, self.on_trace_ready = schedule is not None, on_trace_ready
        self.step_num, self.current_action = 0, self.schedule(0)
        self.profiler, self._step_range, self._metadata = None, None, {}

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exception):
        self.stop()
        return False

    def start(self):
        self._begin(self.current_action)
        self._begin_step()

    def stop(self):
        self._end_step()
        if self._is_recording(self.current_action):
            self._finish()

    def step(self):
        """The next step begins."""
        self._end_step()
        before, self.step_num = self.current_action, self.step_num + 1
        self.current_action = self.schedule(self.step_num)
        if before is ProfilerAction.RECORD_AND_SAVE or (self._is_recording(before) and not self._is_recording(self.current_action)):
            self._finish()
            before = ProfilerAction.NONE
        if not self._is_recording(before):
            self._begin(self.current_action)
        self._begin_step()

    @staticmethod
    def _is_recording(action):
        return action in (ProfilerAction.RECORD, ProfilerAction.RECORD_AND_SAVE)

    def _begin(self, action):
        if self._is_recording(action):
            self.profiler = _autograd_profiler.profile(record_shapes=self.record_shapes, profile_memory=self.profile_memory)
            self.profiler.__enter__()

    def _finish(self):
        self.profiler.__exit__(None, None, None)
        if self.on_trace_ready:
            self.on_trace_ready(self)

    def _begin_step(self):
        if self.record_steps and self._is_recording(self.current_action):
            self._step_range = record_function(f"ProfilerStep#{self.step_num}")
            self._step_range.__enter__()

    def _end_step(self):
        if self._step_range:
            self._step_range.__exit__(None, None, None)
            self._step_range = None

    def _finished(self):
        if self.profiler is None:
            raise AssertionError("Profiler must be initialized before")
        return self.profiler

    def events(self):
        return self._finished().function_events

    def key_averages(self, group_by_input_shape=False, group_by_stack_n=0, group_by_overload_name=False):
        return self._finished().key_averages(group_by_input_shape, group_by_stack_n, group_by_overload_name)

    def export_chrome_trace(self, path):
        self._finished().export_chrome_trace(path, self._metadata)

    def add_metadata(self, key, value):
        """Text that goes into the trace."""
        self._metadata[key] = value

    def add_metadata_json(self, key, value):
        self._metadata[key] = json.loads(value)


make_modules(__name__, {"profiler": "_default_schedule_fn profile schedule ProfilerAction tensorboard_trace_handler"}, globals())
