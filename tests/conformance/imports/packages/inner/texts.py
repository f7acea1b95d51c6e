from .. import numbers
from ..numbers import doubled
from . import marks
from .marks import MARK as mark


def shown(x: int) -> str:
    return str(doubled(x)) + mark + marks.MARK


def limit() -> int:
    return numbers.LIMIT
