# A variable that is None at times.
from typing import Optional


def following(state: Optional[str], i: int) -> Optional[str]:
    if state is None:
        return "a"
    return None if len(state) > 2 else state + str(i)


def main():
    state: Optional[str] = None
    for i in range(5):
        state = following(state, i)
        print(state)


main()
