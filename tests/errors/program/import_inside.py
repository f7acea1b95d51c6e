def f() -> float:
    import math
    return math.pi
