# None is a value of its own type.
from typing import Optional


def lookup(key: str) -> Optional[int]:
    if key == "seven":
        return 7
    return None


def main():
    print(None, lookup("seven"), lookup("eight"), lookup("eight") is None)


main()
