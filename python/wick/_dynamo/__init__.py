"""torch._dynamo: switches of a compiler that is not there, as wick.compiler."""
import contextlib
import types

from ..compiler import allow_in_graph, assume_constant_result, disable, is_compiling, reset


class OptimizedModule:
    """What `compile` makes of modules where there is a compiler: no module here is one."""


class _Unchanged(contextlib.ContextDecorator, contextlib.nullcontext):
    pass


class _Config(types.SimpleNamespace):
    def patch(self, *changes, **named):
        """A block, or a function, for which switches would have other values."""
        return _Unchanged()


config = _Config(suppress_errors=False, cache_size_limit=8, recompile_limit=8)
eval_frame = types.SimpleNamespace(OptimizedModule=OptimizedModule)


def mark_static_address(tensor, guard=True):
    """No graph keeps addresses."""


def mark_dynamic(tensor, index, **bounds):
    """No graph keeps sizes."""


mark_static = maybe_mark_dynamic = mark_dynamic
