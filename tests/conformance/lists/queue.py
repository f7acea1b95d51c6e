# A list as a queue: Josephus' circle.
from typing import List


def survivors(n: int, k: int) -> List[int]:
    circle = [i + 1 for i in range(n)]
    out: List[int] = []
    while len(circle) > 0:
        for _ in range(k - 1):
            circle.append(circle.pop(0))
        out.append(circle.pop(0))
    return out


def main():
    print(survivors(7, 3), survivors(10, 2)[-1])


main()
