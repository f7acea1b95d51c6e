# Any holds everything.
from typing import Any, List


def kinds(xs: List[Any]) -> List[str]:
    out: List[str] = []
    for x in xs:
        if isinstance(x, int):
            out.append("int")
        elif isinstance(x, str):
            out.append("str")
        else:
            out.append("other")
    return out


def main():
    xs: List[Any] = [1, "a", [2]]
    print(" ".join(kinds(xs)))


main()
