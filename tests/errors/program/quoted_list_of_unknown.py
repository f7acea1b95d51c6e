from typing import List


def f(x: "List[Foo]"):
    return x
