"""What may be said for `backend=`: names, and functions that are given (GraphModule, example inputs) and return what is to be called."""
from .exc import InvalidBackend

# Compilers of PyTorch's, in whose place functions run as they are: operators are compiled already, and results stay the same.
_WITHOUT_GRAPH = ("inductor", "cudagraphs", "onnxrt", "openxla", "tvm", "tensorrt", "ipex")
_DEBUGGING = ("eager", "aot_eager", "aot_eager_decomp_partition", "aot_eager_default_partitioner", "eager_noexcept", "pre_dispatch_eager", "eager_debug",
              "aot_ts", "ts")
_registered = {}


def register_backend(compiler_fn=None, name=None, tags=()):
    """A function that `backend=` knows by name; also as a decorator."""
    if compiler_fn is None:
        return lambda function: register_backend(function, name, tags)
    _registered[name or compiler_fn.__name__] = (compiler_fn, tuple(tags))
    return compiler_fn


def list_backends(exclude_tags=("debug", "experimental")):
    hidden = set(exclude_tags or ())
    names = {"cudagraphs", "inductor", "openxla", "tvm"} | {name for name, (_, tags) in _registered.items() if not hidden & set(tags)}
    return sorted(names | (set() if "debug" in hidden else set(_DEBUGGING)))


def lookup_backend(compiler_fn):
    """The function of a backend that gets graphs; None for one in whose place functions run as they are."""
    if not isinstance(compiler_fn, str):
        return compiler_fn
    if compiler_fn in _registered:
        return _registered[compiler_fn][0]
    if compiler_fn not in _WITHOUT_GRAPH and compiler_fn not in _DEBUGGING:
        raise InvalidBackend(compiler_fn)
    return None
