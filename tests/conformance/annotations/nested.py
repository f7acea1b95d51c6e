# Types in types in types.
from typing import Dict, List, Tuple


def main():
    d: Dict[str, List[Tuple[int, Dict[int, str]]]] = {}
    d["a"] = [(1, {2: "x"})]
    d["a"].append((3, {4: "y", 5: "z"}))
    print(d["a"][1][1][5], len(d["a"]))


main()
