# Functions called for every element.
from typing import List


def collatz(n: int) -> List[int]:
    out = [n]
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        out.append(n)
    return out


def main():
    print([collatz(n)[-2] if n > 1 else 0 for n in range(1, 8)])
    print(max([max(collatz(n)) for n in range(1, 30)]))


main()
