"""The graph that a backward pass walks: its nodes, what they save, and hooks."""
import collections
import functools
import threading
import weakref

import wick
from .. import _wick
from .._hooks import RemovableHandle

__all__ = ["GradientEdge", "Node", "allow_mutation_on_saved_tensors", "disable_saved_tensors_hooks", "get_gradient_edge", "increment_version", "register_multi_grad_hook",
           "save_on_cpu", "saved_tensors_hooks"]

Node = _wick._Node

GradientEdge = collections.namedtuple("GradientEdge", "node output_nr ownership_token", defaults=(None,))
GradientEdge.__doc__ = "Where a gradient goes: to output number `output_nr` of a node. backward and grad take it for a tensor."


def get_gradient_edge(tensor):
    """Where the gradient of the tensor goes."""
    if not tensor.requires_grad:
        raise RuntimeError("It is not possible to get the gradient edge for a Tensor that does not require gradients")
    return GradientEdge(*_wick._gradient_edge(tensor))


def increment_version(tensor):
    """Counts as a change of the tensor (or of several), for what has saved it."""
    for one in (tensor,) if isinstance(tensor, wick.Tensor) else tensor:
        _wick._increment_version(one)


# Per thread: why hooks of saved tensors may not be used.
_here = threading.local()


class saved_tensors_hooks:
    """A context in which tensors that are saved for backward are kept as pack_hook(tensor), and are unpack_hook of that when a
    backward pass asks for them. Of several, the innermost packs."""

    def __init__(self, pack_hook, unpack_hook):
        self.pack_hook, self.unpack_hook = pack_hook, unpack_hook

    def __enter__(self):
        message = getattr(_here, "disabled", None)
        if message is not None:
            raise RuntimeError(message)
        _wick._push_saved_tensors_hooks(self.pack_hook, self.unpack_hook)
        _here.depth = getattr(_here, "depth", 0) + 1

    def __exit__(self, *exception):
        _here.depth -= 1
        _wick._pop_saved_tensors_hooks()


class save_on_cpu(saved_tensors_hooks):
    """Keeps saved tensors in the memory of the CPU, where they are."""

    def __init__(self, pin_memory=False, device_type="cuda"):
        super().__init__(lambda tensor: tensor, lambda tensor: tensor)


class allow_mutation_on_saved_tensors:
    """A block in which tensors that are saved for backward may be written to by Python's calls of operators: what is about to be overwritten is copied
    first. The backward pass has to be in the block, too."""

    def __enter__(self):
        if getattr(_here, "mutations", False):
            raise RuntimeError("allow_mutation_on_saved_tensors contexts cannot be nested")
        self._saved = saved = {}  # by memory, what is saved of it

        def pack(tensor):
            kept = _Saved(tensor.detach())
            saved.setdefault(tensor.untyped_storage().data_ptr(), weakref.WeakSet()).add(kept)
            return kept

        def unpack(kept):
            if not saved and kept.tensor is None:
                raise RuntimeError("Trying to backward outside of the 'allow_mutation_on_saved_tensors' context in which the graph was originally recorded.")
            return kept.tensor

        self._hooks, self._mode = saved_tensors_hooks(pack, unpack), _copying_mode(saved)
        self._mode.__enter__()
        self._hooks.__enter__()
        _here.mutations = True
        return self

    def __exit__(self, *exception):
        _here.mutations = False
        self._hooks.__exit__(*exception)
        self._mode.__exit__(*exception)
        for those in self._saved.values():
            for kept in those:
                kept.tensor = None
        self._saved.clear()


class _Saved:
    def __init__(self, tensor):
        self.tensor = tensor


def _copying_mode(saved):
    from ..overrides import TorchFunctionMode

    class Copying(TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            name = getattr(func, "__name__", "")
            written = [args[0]] if args and ((name.endswith("_") and not name.endswith("__")) or name in ("__setitem__", "__iand__", "__ior__", "__ixor__")) else []
            out = (kwargs or {}).get("out")
            written += list(out) if isinstance(out, (tuple, list)) else [out]
            for tensor in written:
                if isinstance(tensor, wick.Tensor):
                    for kept in saved.pop(tensor.untyped_storage().data_ptr(), ()):
                        with wick._C.DisableTorchFunction():
                            kept.tensor = kept.tensor.clone()
            return func(*args, **(kwargs or {}))

    return Copying()


class disable_saved_tensors_hooks:
    """A context, or a decorator, in which saved_tensors_hooks is an error with this message."""

    def __init__(self, error_message):
        self._message = error_message

    def __enter__(self):
        if getattr(_here, "depth", 0):
            raise RuntimeError(self._message)
        self._before = getattr(_here, "disabled", None)
        _here.disabled = self._message

    def __exit__(self, *exception):
        _here.disabled = self._before

    def __call__(self, function):
        @functools.wraps(function)
        def called(*args, **kwargs):
            with type(self)(self._message):
                return function(*args, **kwargs)

        return called


def register_multi_grad_hook(tensors, fn, *, mode="all"):
    """Calls fn in each backward pass that brings gradients to some of the tensors: with a list of the gradients, None for those
    that the pass does not bring, when all are there; or, with mode "any", with the first."""
    if mode not in ("all", "any"):
        raise ValueError(f"Expects mode to be one of ('all', 'any') but got {mode}")
    tensors = list(tensors)
    if mode == "all":
        seen = _Gradients(tensors, fn)
        hooks = [functools.partial(seen.take, number) for number in range(len(tensors))]
    else:
        hooks = [_first_of_each_pass(fn)] * len(tensors)
    return _Handles([tensor.register_hook(hook) for tensor, hook in zip(tensors, hooks)])


class _Gradients:
    """The gradients that passes have brought so far, by pass."""

    def __init__(self, tensors, fn):
        self._tensors, self._fn = tensors, fn
        self._passes = {}
        self._lock = threading.Lock()

    def take(self, number, gradient):
        key = threading.get_ident(), _wick._current_pass()
        with self._lock:
            if key not in self._passes:
                # Passes that an error ended never come to their end.
                self._passes = {other: found for other, found in self._passes.items() if other[0] != key[0]}
                self._passes[key] = [sum(map(_wick._will_reach, self._tensors)), [None] * len(self._tensors)]
            found = self._passes[key]
            found[0] -= 1
            found[1][number] = gradient
            if found[0]:
                return
            del self._passes[key]
        self._fn(found[1])


def _first_of_each_pass(fn):
    last = threading.local()

    def hook(gradient):
        now = _wick._current_pass()
        if getattr(last, "seen", None) != now:
            last.seen = now
            fn(gradient)

    return hook


class _Handles(RemovableHandle):
    def __init__(self, handles):
        super().__init__({}, 0)
        self._handles = handles

    def remove(self):
        for handle in self._handles:
            handle.remove()


def tensors_of(given):
    """Tensors in the place of edges."""
    return tuple(_wick._tensor_at(one.node, one.output_nr) if isinstance(one, GradientEdge) else one for one in given)
