"""torch.cpu.amp: wick.amp for the CPU, by its older names."""
import warnings

from .. import amp
from .._wick import bfloat16

__all__ = ["GradScaler", "autocast"]


def _warn(name):
    warnings.warn(f"`torch.cpu.amp.{name}(args...)` is deprecated. Please use `torch.amp.{name}('cpu', args...)` instead.", FutureWarning, stacklevel=3)


class autocast(amp.autocast):
    def __init__(self, enabled=True, dtype=bfloat16, cache_enabled=True):
        _warn("autocast")
        super().__init__("cpu", dtype, enabled, cache_enabled)


class GradScaler(amp.GradScaler):
    def __init__(self, init_scale=2.0**16, growth_factor=2.0, backoff_factor=0.5, growth_interval=2000, enabled=True):
        _warn("GradScaler")
        super().__init__("cpu", init_scale, growth_factor, backoff_factor, growth_interval, enabled)
