# Dicts whose values are objects.
# TorchScript: text inside containers prints without quotes.
from typing import Dict


class Item:
    def __init__(self, price: int):
        self.price = price
        self.sold = 0


def main():
    shop: Dict[str, Item] = {}
    for name, price in zip(["tea", "milk"], [3, 2]):
        shop[name] = Item(price)
    for order in ["tea", "tea", "milk"]:
        shop[order].sold += 1
    print([name + str(item.sold * item.price) for name, item in shop.items()])


main()
