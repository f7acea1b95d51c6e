"""Annotations of tensors' arguments."""
from typing import Optional, Sequence, Union

from . import Size, device

Number = Union[int, float, bool]
Device = Optional[Union[device, str, int]]
_size = Union[Size, Sequence[int]]
