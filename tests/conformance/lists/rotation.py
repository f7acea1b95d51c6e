# Rotating by slices; merging two sorted lists.
from typing import List


def rotate(xs: List[int], by: int) -> List[int]:
    k = by % len(xs)
    return xs[k:] + xs[:k]


def merge(a: List[int], b: List[int]) -> List[int]:
    out: List[int] = []
    i, j = 0, 0
    while i < len(a) and j < len(b):
        if a[i] <= b[j]:
            out.append(a[i])
            i += 1
        else:
            out.append(b[j])
            j += 1
    return out + a[i:] + b[j:]


def main():
    print(rotate([1, 2, 3, 4, 5], 2), rotate([1, 2, 3, 4, 5], -1))
    print(merge([1, 4, 6], [2, 3, 7, 9]))


main()
