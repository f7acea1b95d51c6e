"""torch.serialization: save and load, and the classes whose objects `load` makes without `weights_only=False`."""
import contextlib
import os
import zipfile
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


class PyTorchFileReader:
    """The records of a file of torch.save or torch.jit.save, by the names they have below its folder."""

    def __init__(self, file):
        self._archive = zipfile.ZipFile(file)
        names = self._archive.namelist()
        self._folder = next((name.removesuffix("data.pkl") for name in names if name.count("/") == 1 and name.endswith("/data.pkl")), None)
        if self._folder is None:
            raise RuntimeError("PytorchStreamReader failed locating file data.pkl: file not found")

    def get_all_records(self):
        return [name.removeprefix(self._folder) for name in self._archive.namelist() if name.startswith(self._folder)]

    def has_record(self, name):
        return name in self.get_all_records()

    def get_record(self, name):
        if not self.has_record(name):
            raise RuntimeError(f"PytorchStreamReader failed locating file {name}: file not found")
        return self._archive.read(self._folder + name)
