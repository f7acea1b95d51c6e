# Extension: statements at top level.
# What stands on the left is evaluated first, also where it changes what stands on the right.
import torch
from typing import List


def taken(number: int, numbers: List[int]) -> int:
    numbers.remove(number)
    return number


bounds = [1, 4, 2]
print("abcdefgh"[taken(1, bounds):max(bounds)], bounds)
print([0, 1, 2, 3, 4, 5, 6][taken(4, bounds) - 4:5:max(bounds)], bounds)
bounds = [1, 4, 2]
print(torch.arange(8)[taken(1, bounds):max(bounds):min(bounds)].tolist(), bounds)
bounds = [3, 1]
print(taken(3, bounds) + sum(bounds), {taken(1, bounds): len(bounds)})
