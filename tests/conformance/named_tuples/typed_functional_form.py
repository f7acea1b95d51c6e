# NamedTuple("Name", [(field, type), …]).
from typing import List, NamedTuple

Reading = NamedTuple("Reading", [("place", str), ("values", List[float])])


def highest(reading: Reading) -> float:
    return max(reading.values)


def main():
    reading = Reading("roof", [1.5, 4.25, 3.0])
    print(reading.place, highest(reading), len(reading.values))


main()
