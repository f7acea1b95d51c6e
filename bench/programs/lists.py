"""Lists of ints: append, pop, index, nested lists, a comprehension, an insertion sort."""
from typing import List


def insertion_sort(values: List[int]) -> List[int]:
    for i in range(1, len(values)):
        value = values[i]
        j = i - 1
        while j >= 0 and values[j] > value:
            values[j + 1] = values[j]
            j -= 1
        values[j + 1] = value
    return values


def matmul(a: List[List[float]], b: List[List[float]]) -> List[List[float]]:
    out: List[List[float]] = []
    for i in range(len(a)):
        row: List[float] = []
        for j in range(len(b[0])):
            total = 0.0
            for k in range(len(b)):
                total += a[i][k] * b[k][j]
            row.append(total)
        out.append(row)
    return out


def run(n: int) -> float:
    state = 1
    values: List[int] = []
    for i in range(n):
        state = (state * 1103515245 + 12345) % 2147483648
        values.append(state // 65536)
    values = insertion_sort(values)
    squares = [v * v for v in values]
    total = 0
    while len(squares) > 0:
        total += squares.pop()
    for i, v in enumerate(values):
        total += i * v
    size = 10 + n // 20
    a = [[float(i * k % 7) for k in range(size)] for i in range(size)]
    product = matmul(a, a)
    return product[size // 2][size // 3] + float(total % 1000003)
