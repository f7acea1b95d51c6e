"""Events of a profile, their sums by name, and the tables that show them: torch.autograd.profiler_util."""
import bisect
import enum

from .. import _wick

__all__ = ["DeviceType", "EventList", "FunctionEvent", "FunctionEventAvg", "Interval"]

_TYPE_NAMES = {_wick.float32: "float", _wick.float64: "double", _wick.float16: "c10::Half", _wick.bfloat16: "c10::BFloat16", _wick.int64: "long int",
               _wick.int32: "int", _wick.int16: "short int", _wick.int8: "signed char", _wick.uint8: "unsigned char", _wick.bool: "bool",
               _wick.complex64: "c10::complex<float>", _wick.complex128: "c10::complex<double>"}
_SORT_KEYS = ("cpu_time", "cpu_time_total", "cpu_memory_usage", "self_cpu_memory_usage", "self_cpu_time_total", "count", "device_time",
              "device_time_total", "device_memory_usage", "self_device_time_total", "self_device_memory_usage", "cuda_time", "cuda_time_total",
              "self_cuda_time_total", "cuda_memory_usage", "self_cuda_memory_usage")


class DeviceType(enum.Enum):
    CPU = 0
    CUDA = 1


def _format_time(microseconds):
    if microseconds >= 1e6:
        return f"{microseconds / 1e6:.3f}s"
    if microseconds >= 1e3:
        return f"{microseconds / 1e3:.3f}ms"
    return f"{microseconds:.3f}us"


def _format_memory(count):
    for name, size in (("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10)):
        if abs(count) >= size:
            return f"{count / size:.2f} {name}"
    return f"{count} B"


def _format_share(part, whole):
    return f"{part * 100.0 / whole:.2f}%" if whole else ("0.00%" if part == 0 else "NaN")


class Interval:
    """From `start` to `end`, in microseconds."""

    def __init__(self, start, end):
        self.start, self.end = start, end

    def elapsed_us(self):
        return self.end - self.start


class _Formatted:
    """Times as text, and of a device that there is not."""

    device_time = device_time_total = self_device_time_total = 0.0
    cuda_time = cuda_time_total = self_cuda_time_total = 0.0
    device_memory_usage = self_device_memory_usage = cuda_memory_usage = self_cuda_memory_usage = 0
    device_type, use_device, node_id, flops = DeviceType.CPU, None, -1, 0
    is_async = is_remote = is_legacy = False

    cpu_time_str = property(lambda self: _format_time(self.cpu_time))
    cpu_time_total_str = property(lambda self: _format_time(self.cpu_time_total))
    self_cpu_time_total_str = property(lambda self: _format_time(self.self_cpu_time_total))

    @property
    def cpu_time(self):
        return self.cpu_time_total / self.count if self.count else 0.0


class FunctionEvent(_Formatted):
    """One call of an operator, a step of a backward pass, or a range that the program has named."""

    count = 1

    def __init__(self, id, record, thread):
        self.id, self.trace_name, self.overload_name, self.thread = id, record["name"], record["overload_name"], thread
        # Steps are one kind of event, whatever their number.
        self.name = "ProfilerStep*" if self.trace_name.startswith("ProfilerStep#") else self.trace_name
        self.is_user_annotation = record["is_user_annotation"]
        self.time_range = Interval(record["begin"] / 1e3, record["end"] / 1e3)
        self.cpu_memory_usage = record["memory"]
        self.input_shapes, self.input_strides = record["sizes"], record["strides"]
        self.input_dtypes = [_TYPE_NAMES.get(dtype, "") for dtype in record["dtypes"]]
        self.cpu_parent, self.cpu_children, self.stack, self.scope = None, [], [], 7 if self.is_user_annotation else 0

    @property
    def key(self):
        return self.name

    @property
    def cpu_time_total(self):
        return self.time_range.elapsed_us()

    @property
    def self_cpu_time_total(self):
        return self.cpu_time_total - sum(child.cpu_time_total for child in self.cpu_children)

    @property
    def self_cpu_memory_usage(self):
        return self.cpu_memory_usage - sum(child.cpu_memory_usage for child in self.cpu_children)

    def __repr__(self):
        return (f"<FunctionEvent id={self.id} name={self.name} overload_name={self.overload_name} device_type=DeviceType.CPU node_id=-1 "
                f"cpu_time={self.cpu_time_str} start_us={self.time_range.start:.3f} end_us={self.time_range.end:.3f} "
                f"cpu_children={[child.id for child in self.cpu_children]} thread={self.thread} input_shapes={self.input_shapes} "
                f"cpu_memory_usage={self.cpu_memory_usage}>")


class FunctionEventAvg(_Formatted):
    """The sums of events that have a key in common."""

    def __init__(self):
        self.key, self.count, self.input_shapes, self.overload_name, self.scope = None, 0, None, None, None
        self.cpu_time_total = self.self_cpu_time_total = 0.0
        self.cpu_memory_usage = self.self_cpu_memory_usage = 0
        self.stack, self.cpu_parent, self.cpu_children, self.is_user_annotation = [], None, None, None

    def add(self, other):
        """Another event, or other sums, of the same key."""
        if self.key is None:
            self.key, self.input_shapes, self.overload_name, self.scope = other.key, other.input_shapes, other.overload_name, other.scope
            self.cpu_parent, self.cpu_children, self.is_user_annotation = other.cpu_parent, other.cpu_children, other.is_user_annotation
        self.count += other.count
        for name in ("cpu_time_total", "self_cpu_time_total", "cpu_memory_usage", "self_cpu_memory_usage"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self

    __iadd__ = add

    def __repr__(self):
        return (f"<FunctionEventAvg key={self.key} self_cpu_time={self.self_cpu_time_total_str} cpu_time={self.cpu_time_str}  self_cuda_time=0.000us "
                f"cuda_time=0.000us input_shapes={self.input_shapes or ''} cpu_memory_usage={self.cpu_memory_usage} cuda_memory_usage=0>")


class EventList(list):
    """Events, or sums of them, that show themselves as a table."""

    def __init__(self, *args, profile_memory=False, use_device=None, with_flops=False):
        super().__init__(*args)
        self._profile_memory, self._use_device = profile_memory, use_device

    def __str__(self):
        return self.table()

    @property
    def self_cpu_time_total(self):
        return sum(event.self_cpu_time_total for event in self)

    def total_average(self):
        total = FunctionEventAvg()
        for event in self:
            total += event
        total.key = "Total"
        return total

    def key_averages(self, group_by_input_shape=False, group_by_stack_n=0, group_by_overload_name=False):
        sums = {}
        for event in self:
            key = (event.key, event.overload_name if group_by_overload_name else "", str(event.input_shapes) if group_by_input_shape else "",
                   event.is_user_annotation)
            sums.setdefault(key, FunctionEventAvg()).add(event)
        for average in sums.values():
            if not group_by_input_shape:
                average.input_shapes = ""
            if not group_by_overload_name:
                average.overload_name = ""
        return EventList(sums.values(), profile_memory=self._profile_memory)

    def table(self, sort_by=None, row_limit=100, max_src_column_width=75, max_name_column_width=55, max_shapes_column_width=80, header=None,
              top_level_events_only=False, time_unit=None):
        """The events as text, the greatest of `sort_by` first."""
        if not self:
            return ""
        rows = self
        if sort_by is not None:
            if sort_by not in _SORT_KEYS:
                raise AssertionError(f"Unknown sort_by {sort_by!r}: one of {', '.join(_SORT_KEYS)}")
            rows = sorted(self, key=lambda event: getattr(event, sort_by), reverse=True)
        rows = [event for event in rows if not (top_level_events_only and event.cpu_parent is not None)]
        total = self.self_cpu_time_total
        columns = self._columns(rows, total, max_name_column_width, max_shapes_column_width)
        rule = "  ".join("-" * width for _, width, _ in columns) + "  "
        lines = [rule, "  ".join(name.rjust(width) for name, width, _ in columns) + "  ", rule]
        if header is not None:
            lines = ["=" * len(rule), header, *lines]
        lines += ["  ".join(text(event).rjust(width) for _, width, text in columns) + "  " for event in (rows if row_limit < 0 else rows[:row_limit])]
        return "\n".join([*lines, rule, f"Self CPU time total: {_format_time(total)}", ""])

    def _columns(self, rows, total, max_name, max_shapes):
        """Of each column the name, the width, and what it says of an event."""

        def short(text, width):
            return text if len(text) <= width else text[: width - 3] + "..."

        def width_of(texts, limit):
            return min(max(map(len, texts), default=0) + 4, limit)

        columns = [("Name", width_of((event.key for event in rows), max_name), None)]
        name_width = columns[0][1]
        columns[0] = ("Name", name_width, lambda event: short(event.key, name_width))
        columns += [("Self CPU %", 12, lambda event: _format_share(event.self_cpu_time_total, total)),
                    ("Self CPU", 12, lambda event: event.self_cpu_time_total_str),
                    ("CPU total %", 12, lambda event: _format_share(event.cpu_time_total, total)),
                    ("CPU total", 12, lambda event: event.cpu_time_total_str),
                    ("CPU time avg", 12, lambda event: event.cpu_time_str)]
        if self._profile_memory:
            columns += [("CPU Mem", 12, lambda event: _format_memory(event.cpu_memory_usage)),
                        ("Self CPU Mem", 12, lambda event: _format_memory(event.self_cpu_memory_usage))]
        columns.append(("# of Calls", 12, lambda event: str(event.count)))
        if any(event.input_shapes for event in rows):
            shapes_width = max(width_of((str(event.input_shapes) for event in rows), max_shapes), len("Input Shapes"))
            columns.append(("Input Shapes", shapes_width, lambda event: short(str(event.input_shapes), shapes_width)))
        return columns


def events_of(records, profile_memory=False):
    """An EventList of what a profiler has recorded, outer events before what is inside of them."""
    threads = sorted({record["thread"] for record in records})
    events = [FunctionEvent(id, record, bisect.bisect_left(threads, record["thread"]) + 1) for id, record in enumerate(records, 1)]
    for event, record in zip(events, records):
        if record["parent"] >= 0:
            event.cpu_parent = events[record["parent"]]
            event.cpu_parent.cpu_children.append(event)
    return EventList(events, profile_memory=profile_memory)
