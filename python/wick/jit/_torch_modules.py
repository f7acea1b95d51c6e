"""Modules of an installed PyTorch under wick's tracer.

Such a module's Python runs as it is. Its tensors are stand-ins without memory, and what it asks of PyTorch (by the protocol of
torch.overrides) is asked of wick, under the same name. Its parameters are tensors of wick over their memory.
"""
import contextlib
import functools
import importlib
import sys

import wick

from .. import _wick
from .._trees import map_leaves
from ..nn.modules import module as _module_calls
from ..nn.modules.module import Module
from ._compiler import _compiler, _is_torch


def is_torch_module(obj):
    return _is_torch(obj, "nn.Module")


def taken_over(module):
    """A module of PyTorch as one of wick: the same tree and names, and parameters and buffers over the same memory."""
    made = {}
    root = _take_over(module, made)
    root.__dict__["_run"] = _Run(made)
    for taken in made.values():
        taken.__dict__["_run"] = root._run
    return root


def from_torch(value):
    """A tensor of PyTorch as one of wick over its memory; anything else is itself."""
    return _compiler().shared(value) if _is_torch(value, "Tensor") else value


def _take_over(module, made):
    if id(module) in made:
        return made[id(module)]
    cls = type(module)

    @functools.wraps(cls.forward)  # its arguments' names are the trace's
    def forward(self, *args, **kwargs):
        return self._run(self._original, args, kwargs)

    # The class's name is what a trace calls the module's type.
    names = {"__module__": cls.__module__, "__qualname__": cls.__qualname__, "forward": forward}
    own = type(cls.__name__, (_TakenOver,), names)
    taken = made[id(module)] = own()
    taken.__dict__["_original"] = module
    taken.training = module.training
    taken._parameters.update((name, from_torch(value)) for name, value in module._parameters.items())
    taken._buffers.update((name, from_torch(value)) for name, value in module._buffers.items())
    taken._modules.update((name, child and _take_over(child, made)) for name, child in module._modules.items())
    return taken


class _TakenOver(Module):
    def __getattr__(self, name):
        # Other methods, which trace_module may be asked for.
        method = getattr(type(self.__dict__["_original"]), name, None) if "_original" in self.__dict__ else None
        if method is None:
            return super().__getattr__(name)
        return lambda *args, **kwargs: self._run(method.__get__(self._original), args, kwargs)


class _Run:
    """Calls of the modules of one tree, with tensors of wick."""

    def __init__(self, made):
        self._made = made

    def __call__(self, function, args, kwargs):
        torch = sys.modules["torch"]
        mode = _calls(torch)()
        hooks = torch.nn.modules.module
        entered = []

        def enter(module, inputs):
            taken = self._made.get(id(module))
            entered.append(taken is not None and _module_calls.frames is not None and _module_calls.frames.enter(taken))

        def leave(module, inputs, output):
            if entered.pop():
                _module_calls.frames.leave()

        handles = [hooks.register_module_forward_pre_hook(enter), hooks.register_module_forward_hook(leave)]
        try:
            with _asked_for_indices(torch), mode:
                args, kwargs = map_leaves(mode.stand_in, (args, kwargs))
                return map_leaves(mode.own, function(*args, **kwargs))
        finally:
            for handle in handles:
                handle.remove()


_modes = []


@contextlib.contextmanager
def _asked_for_indices(torch):
    """Before PyTorch 2.0 a mode is asked for x[i, ...] of a plain tensor, and not for x[i], which is the same."""
    if int(torch.__version__.partition(".")[0]) >= 2:
        yield
        return
    own = torch.Tensor.__getitem__

    @functools.wraps(own)
    def getitem(self, index):
        return own(self, index if isinstance(index, tuple) or index is Ellipsis else (index, Ellipsis))

    getitem.__objclass__ = torch.Tensor
    torch.Tensor.__getitem__ = getitem
    try:
        yield
    finally:
        del torch.Tensor.__getitem__


def _calls(torch):
    """The mode in which what is asked of PyTorch is asked of wick."""
    if _modes:
        return _modes[0]
    from torch.overrides import TorchFunctionMode, resolve_name

    class StandIn(torch.Tensor):
        """Of a tensor of wick, `own`."""

        __torch_function__ = torch._C._disabled_torch_function_impl

    class Calls(TorchFunctionMode):
        def stand_in(self, value):
            if not isinstance(value, _wick.Tensor):
                return _torch_dtype(torch, value)
            with torch._C.DisableTorchFunction():
                empty = torch.empty(tuple(map(int, value.shape)), dtype=_torch_dtype(torch, value.dtype), device="meta")
                made = torch.Tensor._make_subclass(StandIn, empty)
            made.own = value
            return made

        def own(self, value):
            """What wick's functions are given."""
            if isinstance(value, StandIn):
                return value.own
            if isinstance(value, torch.Tensor):
                return from_torch(value)
            if isinstance(value, torch.dtype):
                return getattr(_wick, str(value).removeprefix("torch."))
            if isinstance(value, (torch.device, torch.layout)):
                return None
            if isinstance(value, torch.memory_format):
                return getattr(wick, str(value).removeprefix("torch."))
            return value

        def __torch_function__(self, func, types, args=(), kwargs=None):
            name = resolve_name(func) or f"torch.{'Tensor.' if hasattr(func, '__objclass__') else ''}{func.__name__}"
            owner, _, last = name.removesuffix(".__get__").removesuffix(".__set__").rpartition(".")
            given, named = map_leaves(self.own, (tuple(args), dict(kwargs or {})))
            if owner == "torch.Tensor" and last in ("device", "is_cuda", "layout", "is_sparse", "is_meta", "is_mkldnn"):
                return torch.device("cpu") if last == "device" else torch.strided if last == "layout" else False
            if name.endswith(".__set__"):
                return setattr(given[0], last, given[1])
            if name.endswith(".__get__"):
                return map_leaves(self.stand_in, getattr(given[0], last))
            named.pop("device", None)  # there is one
            result = _function(owner, last)(*given, **named)
            if last.endswith("_") and not last.endswith("__") and args and isinstance(args[0], StandIn):
                return args[0]
            return map_leaves(self.stand_in, result)

    _modes.append(Calls)
    return Calls


def _torch_dtype(torch, value):
    return getattr(torch, repr(value).removeprefix("torch.")) if isinstance(value, _wick.dtype) else value


def _function(owner, name):
    """wick's function of PyTorch's name."""
    if owner == "torch.Tensor" and hasattr(_wick.Tensor, name):
        return getattr(_wick.Tensor, name)
    for module in ("wick" + owner.removeprefix("torch"), "wick", "wick.nn.functional", "wick._VF"):
        try:
            return getattr(importlib.import_module(module), name)
        except (ImportError, AttributeError):
            continue
    raise NotImplementedError(f"wick.jit.trace: the module calls {owner}.{name}, which wick does not have")
