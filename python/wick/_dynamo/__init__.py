"""torch._dynamo: what torch.compile is made of, as far as programs name it."""
from ..compiler import allow_in_graph, assume_constant_result, disable, substitute_in_graph  # noqa: F401
from . import exc  # noqa: F401
from .backends import list_backends, lookup_backend, register_backend  # noqa: F401
from .eval_frame import OptimizedModule, compile, config, is_compiling, reset, set_stance  # noqa: F401
from .explaining import explain  # noqa: F401

disallow_in_graph = forbid_in_graph = nonstrict_trace = dont_skip_tracing = allow_in_graph


def optimize(backend="inductor", *, nopython=False, dynamic=None, disable=False, **options):
    """torch.compile as a decorator."""
    return lambda model: compile(model, backend=backend, fullgraph=nopython, disable=disable)


def optimize_assert(backend="inductor", **options):
    return optimize(backend, nopython=True)


def run(fn=None):
    """The function, of which nothing new is compiled."""
    return fn if fn is not None else lambda function: function


def graph_break(msg=""):
    """Functions that call this are no graph."""
    if is_compiling():
        raise exc.Unsupported(f"Call to `torch._dynamo.graph_break()` {msg}".rstrip())


def on_compile_start(callback):
    return callback


on_compile_end = on_compile_start


def mark_static_address(tensor, guard=True):
    """No graph keeps addresses."""


def mark_dynamic(tensor, index, **bounds):
    """Graphs hold for the sizes that they were traced with."""


mark_static = maybe_mark_dynamic = mark_unbacked = mark_dynamic
