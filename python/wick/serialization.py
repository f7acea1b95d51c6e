"""torch.serialization: save and load, and the classes whose objects `load` makes without `weights_only=False`."""
import contextlib
import os
from typing import IO, Any, Callable, Dict, Optional, Union

from ._wick import device
from ._weights import load, save

__all__ = ["add_safe_globals", "clear_safe_globals", "get_safe_globals", "load", "safe_globals", "save"]

MAP_LOCATION = Optional[Union[Callable[[Any, str], Any], device, str, Dict[str, str]]]
FILE_LIKE = Union[str, os.PathLike, IO[bytes]]
_safe = []


def add_safe_globals(safe_globals):
    """Classes and functions that files may name when `load` reads weights; a name of its own for one as (object, name)."""
    _safe.extend(one for one in safe_globals if one not in _safe)


def get_safe_globals():
    return list(_safe)


def clear_safe_globals():
    _safe.clear()


@contextlib.contextmanager
def safe_globals(safe_globals):
    """A block in which files may name these, too."""
    before = get_safe_globals()
    add_safe_globals(safe_globals)
    try:
        yield
    finally:
        _safe[:] = before


def by_name():
    """The safe ones by the name that files have for them."""
    return {one[1] if isinstance(one, tuple) else f"{one.__module__}.{one.__qualname__}": one[0] if isinstance(one, tuple) else one for one in _safe}


def default_restore_location(storage, location):
    """The storage itself: all are on the CPU."""
    return storage
