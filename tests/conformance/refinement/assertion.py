# An assertion refines as well.
from typing import Dict


def price(prices: Dict[str, int], what: str) -> int:
    found = prices.get(what)
    assert found is not None
    return found + 1


def main():
    print(price({"tea": 3}, "tea"))


main()
