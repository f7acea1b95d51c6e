from enum import Enum

class Size(Enum):
    SMALL = (1, 2)
    LARGE = (3, 4)

def f() -> None:
    print(Size.SMALL.value)
