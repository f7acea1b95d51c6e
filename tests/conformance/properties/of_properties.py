# Properties that use properties.
from typing import List


class Series:
    def __init__(self, values: List[int]):
        self.values = values

    @property
    def total(self) -> int:
        return sum(self.values)

    @property
    def mean(self) -> int:
        return self.total // len(self.values)


def main():
    s = Series([1, 5, 9])
    s.values.append(21)
    print(s.total, s.mean)


main()
