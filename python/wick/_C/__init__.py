"""Names that programs and the texts of torch.nn use from torch._C."""
import contextlib

from .. import _wick
from .._library import operators
from .._schemas import FunctionSchema, parse_schema  # noqa: F401
from .._wick import Generator, Graph, Tensor, _disabled_torch_function_impl, device, dtype  # noqa: F401


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


class _Off:
    def __enter__(self):
        types, all = _wick._overrides_off()
        self._before = _wick._set_overrides_off(types or self.types, all or self.all)

    def __exit__(self, *error):
        _wick._set_overrides_off(*self._before)


class _ExcludeDispatchKeyGuard(contextlib.nullcontext):
    """A block in which operators would skip kernels: wick's have one each."""


class DisableTorchFunctionSubclass(_Off):
    """A block in which no type takes functions over, but modes do."""

    types, all = True, False


class DisableTorchFunction(_Off):
    """A block in which nobody takes functions over."""

    types = all = True


TensorBase = _TensorBase = Tensor
_TensorMeta = type(Tensor)
__getattr__ = operators(__name__)

import wick._C._nn
