"""Modules without first values."""
import inspect


from ..modules.module import Module


def skip_init(module_cls, *args, **kwargs):
    """A module_cls(*args, **kwargs) that draws no random numbers: it is made on the meta device. What is in its parameters means nothing."""
    if not issubclass(module_cls, Module):
        raise RuntimeError(f"Expected a Module; got {module_cls}")
    if "device" not in inspect.signature(module_cls).parameters:
        raise RuntimeError("Module must support a 'device' arg to skip initialization")
    device = kwargs.pop("device", "cpu")
    return module_cls(*args, device="meta", **kwargs).to_empty(device=device)
