"""torch.compiler: what programs say about compilation. wick.compile gives a backend the graphs of functions; what runs without one runs as it is."""
import sys


def _dynamo():
    """The package, as far as somebody has imported it."""
    return sys.modules.get("wick._dynamo.eval_frame")


def compile(*args, **kwargs):
    """wick.compile."""
    from ._dynamo.eval_frame import compile

    return compile(*args, **kwargs)


def is_compiling():
    """Whether a function is being made a graph."""
    return _dynamo() is not None and _dynamo().is_compiling()


is_dynamo_compiling = is_compiling


def is_exporting():
    return False


def disable(fn=None, recursive=True, *, reason=None):
    """The function itself; also as a decorator."""
    return fn if fn is not None else lambda function: function


def allow_in_graph(fn):
    return fn


assume_constant_result = nested_compile_region = wrap_numpy = allow_in_graph


def substitute_in_graph(original_fn, **options):
    """Decorates a function that compilers take in the place of another."""
    return allow_in_graph


def list_backends(exclude_tags=("debug", "experimental")):
    from ._dynamo.backends import list_backends

    return list_backends(exclude_tags)


def set_stance(stance="default", **options):
    from ._dynamo.eval_frame import set_stance

    return set_stance(stance, **options)


def reset():
    """Forgets all graphs."""
    if _dynamo() is not None:
        _dynamo().reset()


def cudagraph_mark_step_begin():
    """There are no CUDA graphs."""
