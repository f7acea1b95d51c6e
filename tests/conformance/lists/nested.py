# Lists of lists: a transposition, Pascal's triangle.
from typing import List


def transpose(m: List[List[int]]) -> List[List[int]]:
    return [[row[i] for row in m] for i in range(len(m[0]))]


def pascal(n: int) -> List[List[int]]:
    rows: List[List[int]] = [[1]]
    for _ in range(n - 1):
        last = rows[-1]
        rows.append([1] + [last[i] + last[i + 1] for i in range(len(last) - 1)] + [1])
    return rows


def main():
    print(transpose([[1, 2, 3], [4, 5, 6]]))
    for row in pascal(6):
        print(row)


main()
