# Defaults of many types.
from typing import List, Optional


def show(n: int = 3, name: str = "x", flag: bool = True, items: Optional[List[int]] = None) -> str:
    return f"{n} {name} {flag} {items}"


def main():
    print(show(), show(1), show(name="y"), show(2, flag=False, items=[1]))


main()
