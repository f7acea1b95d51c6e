from enum import Enum
from typing import Dict


class Color(Enum):
    RED = 1


def f() -> int:
    counts: Dict[Color, int] = {}
    return len(counts)
