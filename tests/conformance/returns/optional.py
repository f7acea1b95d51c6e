# None on one way, a value on the other.
from typing import List, Optional


def index_of(xs: List[str], wanted: str) -> Optional[int]:
    for i, x in enumerate(xs):
        if x == wanted:
            return i
    return None


def main():
    print(index_of(["a", "b"], "b"), index_of(["a", "b"], "c"))


main()
