# Extension: modules of Python's library that nothing is used of.
import logging
import os.path
import sys
from itertools import product
from typing import List


def multiples(n: int) -> List[int]:
    return [i * n for i in range(n)]


print(multiples(3))
