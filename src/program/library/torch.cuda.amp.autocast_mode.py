# As torch.amp.autocast_mode, for one device.
from typing import Any

import torch


class autocast:
    def __init__(self, enabled: bool = True, dtype: int = torch.float16, cache_enabled: bool = True):
        self._enabled = enabled
        self.device = "cuda"
        self.fast_dtype = dtype

    def __call__(self, func):
        return func

    def __enter__(self):
        return self

    def __exit__(self, exc_type: Any, exc_val: Any, exc_tb: Any):
        return

    def __init_subclass__(cls):
        return
