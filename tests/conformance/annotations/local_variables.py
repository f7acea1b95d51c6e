# Variables with annotations.
# TorchScript: text inside containers prints without quotes.
from typing import Dict, List, Optional, Tuple


def main():
    a: int = 1
    b: List[str] = []
    c: Dict[str, List[int]] = {}
    d: Optional[Tuple[int, str]] = None
    b.append("x")
    c["k"] = [a]
    print(a, b, c, d)
    d = (2, "y")
    print(d)


main()
