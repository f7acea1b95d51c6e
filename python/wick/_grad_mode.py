"""no_grad and its like: whether operators record what a backward pass needs."""
import functools
import threading

from . import _wick


class _Guard:
    """A context manager and a decorator that sets the mode for its extent."""

    def __init__(self, enabled):
        self._enabled = enabled

    def __enter__(self):
        self._before = _wick.is_grad_enabled()
        _wick.set_grad_enabled(self._enabled)

    def __exit__(self, *exception):
        _wick.set_grad_enabled(self._before)

    def __call__(self, function):
        @functools.wraps(function)
        def guarded(*args, **kwargs):
            with type(self)._like(self._enabled):
                return function(*args, **kwargs)

        return guarded

    @classmethod
    def _like(cls, enabled):
        return _Guard(enabled)


class no_grad(_Guard):
    """Nothing is recorded for a backward pass."""

    def __new__(cls, function=None):
        guard = super().__new__(cls)
        if function is None:
            return guard
        guard.__init__()
        return guard(function)

    def __init__(self, function=None):
        super().__init__(False)


class inference_mode(_Guard):
    """As no_grad: tensors have no inference mode of their own."""

    def __new__(cls, mode=True):
        guard = super().__new__(cls)
        if not callable(mode):
            return guard
        guard.__init__()
        return guard(mode)

    def __init__(self, mode=True):
        super().__init__(not mode and _wick.is_grad_enabled())
        self._mode = mode

    def __enter__(self):
        super().__enter__()
        self._outer = is_inference_mode_enabled()
        _inference.enabled = self._mode

    def __exit__(self, *exception):
        super().__exit__(*exception)
        _inference.enabled = self._outer

    @classmethod
    def _like(cls, enabled):
        return cls(not enabled)


_inference = threading.local()


def is_inference_mode_enabled():
    return getattr(_inference, "enabled", False)


class enable_grad(_Guard):
    def __init__(self):
        super().__init__(True)


class set_grad_enabled(_Guard):
    """Sets the mode at once; as a context manager, for its extent."""

    def __init__(self, mode):
        super().__init__(mode)
        self._outer = _wick.is_grad_enabled()
        _wick.set_grad_enabled(mode)

    def __enter__(self):
        super().__enter__()
        self._before = self._outer
