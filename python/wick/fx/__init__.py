"""torch.fx as far as programs ask whether something is one of its: Python is not traced into graphs of fx (`jit.trace` records)."""
from wick.nn import Module


def _refuse(*args, **kwargs):
    raise NotImplementedError("wick has no torch.fx: jit.trace and jit.script make graphs of programs")


class Proxy:
    __init__ = _refuse


class Node:
    __init__ = _refuse


class Graph:
    __init__ = _refuse


class Tracer:
    __init__ = _refuse


class Interpreter:
    __init__ = _refuse


class GraphModule(Module):
    __init__ = _refuse


symbolic_trace = _refuse


def wrap(fn_or_name):
    """Kept for programs that say it: nothing is traced."""
    return fn_or_name
