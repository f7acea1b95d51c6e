from typing import NamedTuple, Optional

class Node(NamedTuple):
    next: "Optional[Node]"

def f(x: Node) -> int:
    return 1
