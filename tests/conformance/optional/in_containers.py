# Lists and dicts that hold Nones.
# TorchScript: text inside containers prints without quotes.
from typing import Dict, List, Optional


def present(xs: List[Optional[int]]) -> List[int]:
    out: List[int] = []
    for x in xs:
        if x is not None:
            out.append(x)
    return out


def main():
    xs: List[Optional[int]] = [1, None, 3]
    print(xs, present(xs))
    d: Dict[str, Optional[str]] = {"a": None}
    d["b"] = "text"
    print(d)


main()
