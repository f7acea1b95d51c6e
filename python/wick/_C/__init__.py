"""Names that programs and the texts of torch.nn use from torch._C."""
import contextlib

from .._library import operators
from .._wick import Generator, Graph, device, dtype  # noqa: F401


class Value:
    """A value of a graph, in annotations: a graph shows itself whole."""


def _log_api_usage_once(event):
    """Nobody counts."""


def _are_functorch_transforms_active():
    return False


class DispatchKey(str):
    """What chooses an operator's kernel in PyTorch."""


for _key in ("CPU", "CUDA", "Meta", "Autograd", "AutogradCPU", "AutogradCUDA", "AutocastCPU", "AutocastCUDA", "AutocastXPU"):
    setattr(DispatchKey, _key, DispatchKey(_key))


class DispatchKeySet(frozenset):
    def __new__(cls, key):
        return super().__new__(cls, [key] if isinstance(key, DispatchKey) else key)


class _ExcludeDispatchKeyGuard(contextlib.nullcontext):
    """A block in which operators would skip kernels: wick's have one each."""


class DisableTorchFunctionSubclass(contextlib.nullcontext):
    """A block in which no type takes over functions: here none ever does."""


DisableTorchFunction = DisableTorchFunctionSubclass
__getattr__ = operators(__name__)

import wick._C._nn
