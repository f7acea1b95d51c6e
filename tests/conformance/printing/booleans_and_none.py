# True, False and None, alone and in containers.
from typing import Optional


def main():
    x: Optional[int] = None
    print(True, False, None, [True], (None, x))


main()
