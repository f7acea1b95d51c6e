"""Modules without first values."""
import inspect

from wick.random import fork_rng

from ..modules.module import Module


def skip_init(module_cls, *args, **kwargs):
    """A module_cls(*args, **kwargs) that draws no random numbers; what is in its parameters means nothing."""
    if not issubclass(module_cls, Module):
        raise RuntimeError(f"Expected a Module; got {module_cls}")
    if "device" not in inspect.signature(module_cls).parameters:
        raise RuntimeError("Module must support a 'device' arg to skip initialization")
    with fork_rng():
        return module_cls(*args, **kwargs).to_empty()
