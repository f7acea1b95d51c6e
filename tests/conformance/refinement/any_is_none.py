# Extension: for PyTorch a value of type Any is never None.
from typing import Any


def known(value: Any) -> str:
    return "nothing" if value is None else "something"


def main():
    print(known(None), known(0), known("text"))


main()
