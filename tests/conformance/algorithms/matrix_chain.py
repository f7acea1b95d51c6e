# In which order to multiply matrices.
from typing import List


def cost(sizes: List[int]) -> int:
    n = len(sizes) - 1
    table = [[0] * n for _ in range(n)]
    for span in range(1, n):
        for i in range(n - span):
            j = i + span
            best = -1
            for k in range(i, j):
                c = table[i][k] + table[k + 1][j] + sizes[i] * sizes[k + 1] * sizes[j + 1]
                if best < 0 or c < best:
                    best = c
            table[i][j] = best
    return table[0][n - 1]


def main():
    print(cost([40, 20, 30, 10, 30]), cost([10, 20, 30]))


main()
