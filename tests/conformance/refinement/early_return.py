# After a branch that leaves, the rest knows better.
from typing import Optional


def greeting(name: Optional[str]) -> str:
    if name is None:
        return "hello, stranger"
    return "hello, " + name.capitalize()


def main():
    print(greeting(None), greeting("ada"))


main()
