"""torch.utils._python_dispatch: modes that see the operators that are called."""
import contextlib

from .. import _wick


class TorchDispatchMode:
    """A block in which each call of an operator is __torch_dispatch__(func, types, args, kwargs) of this object: `func` is the operator (ops.aten.mm.default),
    what is returned its result. Operators that are made of others are seen as those; what the method calls itself goes to the mode outside of this one.
    The call is recorded for gradients inside of `func`, so tensors are those of the program."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        raise NotImplementedError

    def __enter__(self):
        _wick._push_dispatch_mode(self)
        return self

    def __exit__(self, *error):
        _wick._pop_dispatch_mode()

    @classmethod
    def push(cls, *args, **kwargs):
        return cls(*args, **kwargs)


class BaseTorchDispatchMode(TorchDispatchMode):
    """One that changes nothing."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        return func(*args, **(kwargs or {}))


def _get_current_dispatch_mode():
    modes = _wick._dispatch_modes()
    return modes[-1] if modes else None


def _get_current_dispatch_mode_stack():
    return _wick._dispatch_modes()


@contextlib.contextmanager
def _disable_current_modes():
    """A block without modes."""
    modes = _wick._dispatch_modes()
    for _ in modes:
        _wick._pop_dispatch_mode()
    try:
        yield modes
    finally:
        for mode in modes:
            _wick._push_dispatch_mode(mode)


def is_traceable_wrapper_subclass(t):
    """Whether a tensor is a wrapper that takes itself apart: none is."""
    return False
