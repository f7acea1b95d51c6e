# A list of records, summed up.
from typing import List, NamedTuple


class Sale(NamedTuple):
    what: str
    count: int
    price: int


def revenue(sales: List[Sale]) -> int:
    total = 0
    for sale in sales:
        total += sale.count * sale.price
    return total


def best(sales: List[Sale]) -> Sale:
    found = sales[0]
    for sale in sales:
        if sale.count * sale.price > found.count * found.price:
            found = sale
    return found


def main():
    sales = [Sale("tea", 10, 3), Sale("milk", 4, 2), Sale("cake", 5, 8)]
    print(revenue(sales), best(sales).what)


main()
