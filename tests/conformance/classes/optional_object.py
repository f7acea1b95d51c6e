# A variable that holds an object or None.
from typing import Optional


class Entry:
    def __init__(self, key: str):
        self.key = key


def find(key: str) -> Optional[Entry]:
    if key.startswith("k"):
        return Entry(key)
    return None


def main():
    for key in ["k1", "x"]:
        entry = find(key)
        if entry is None:
            print("nothing")
        else:
            print(entry.key)


main()
