"""Timers, data sets, checkpoints."""
import importlib as _importlib
import importlib.util as _util

from . import benchmark, checkpoint, data
from .benchmark import Benchmark, Timer


def __getattr__(name):
    if not name.startswith("__") and _util.find_spec(f"{__name__}.{name}"):
        return _importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
