# None inside an f-string.
from typing import Optional


def show(x: Optional[int]) -> str:
    return f"<{x}>"


def main():
    print(show(None), show(4), f"{None}")


main()
