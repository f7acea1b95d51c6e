# Looking something up three times.
from typing import Dict, Optional


def follow(d: Dict[str, str], start: str) -> Optional[str]:
    first = d.get(start)
    if first is None:
        return None
    second = d.get(first)
    if second is None:
        return first + "?"
    third = d.get(second)
    return third if third is not None else second + "."


def main():
    d = {"a": "b", "b": "c", "x": "y"}
    print(follow(d, "a"), follow(d, "x"), follow(d, "q"))
    d["c"] = "d"
    print(follow(d, "a"))


main()
