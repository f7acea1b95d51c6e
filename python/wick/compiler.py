"""torch.compiler: functions run as they are, so there is nothing to switch (wick.compile; jit.script compiles)."""
from ._settings import compile


def is_compiling():
    return False


is_dynamo_compiling = is_exporting = is_compiling


def disable(fn=None, recursive=True, *, reason=None):
    """The function itself; also as a decorator."""
    return fn if fn is not None else lambda function: function


def allow_in_graph(fn):
    return fn


assume_constant_result = allow_in_graph


def reset():
    """Nothing is kept."""


cudagraph_mark_step_begin = reset
