# Fibonacci numbers: by iteration, by doubling, and Zeckendorf's way to write a number as their sum.
from typing import List, Tuple


def pair(n: int) -> Tuple[int, int]:
    a, b = 0, 1
    for bit in range(62, -1, -1):
        c = a * (2 * b - a)
        d = a * a + b * b
        if (n >> bit) & 1 == 1:
            a, b = d, c + d
        else:
            a, b = c, d
    return a, b


def zeckendorf(n: int) -> List[int]:
    numbers = [1, 2]
    while numbers[-1] < n:
        numbers.append(numbers[-1] + numbers[-2])
    chosen: List[int] = []
    for f in numbers[::-1]:
        if f <= n:
            chosen.append(f)
            n -= f
    return chosen


def main():
    print([pair(n)[0] for n in range(12)], pair(80)[0])
    print(zeckendorf(100), zeckendorf(4181))


main()
