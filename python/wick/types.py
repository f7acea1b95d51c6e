"""Annotations of tensors' arguments, and numbers that a compiler of PyTorch doesn't know: here all are known."""
from typing import Optional, Sequence, Union

from . import Size, device, dtype, layout

Number = Union[int, float, bool]
Device = Optional[Union[device, str, int]]
_size = Union[Size, Sequence[int]]
_device, _dtype, _layout, _int, _float, _bool = device, dtype, layout, int, float, bool


class SymInt:
    pass


class SymFloat:
    pass


class SymBool:
    pass


sym_int, sym_float, sym_max, sym_min, sym_sum = int, float, max, min, sum


def sym_not(a):
    return not a
