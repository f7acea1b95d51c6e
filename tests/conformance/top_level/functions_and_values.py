# Extension: functions called from the top level, their results kept in variables.
from typing import List


def squares(n: int) -> List[int]:
    return [i * i for i in range(n)]


xs = squares(5)
ys = [x + 1 for x in xs]
print(xs, ys, sum(xs) + sum(ys))
name = "value"
print(f"{name}: {xs[-1]}")
