from enum import Enum, auto

class Size(Enum):
    LARGEST = 9223372036854775807
    LARGER = auto()

def f() -> int:
    return Size.LARGER.value
