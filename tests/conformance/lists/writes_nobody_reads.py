# Writes to what nobody else holds may go; those to what a caller, a container or a later reader sees may not.
from typing import List


def change(xs: List[int], yss: List[List[int]]) -> int:
    private = [1]
    private.append(2)
    held = [3]
    holder = [held]
    held.append(4)
    xs.append(5)
    inner = yss[0]
    inner.append(6)
    later = [7]
    yss.append(later)
    later.append(8)
    total = 0
    for i in range(3):
        carried = [i]
        for j in range(i):
            carried.append(j)
        total += len(carried)
    return len(holder[0]) * 100 + total


def main():
    xs = [0]
    yss = [xs]
    n = change(xs, yss)
    print(n, xs, yss, len(yss))


main()
