# A variable that is None at times.
from typing import Optional


def main():
    state: Optional[str] = None
    for i in range(5):
        if state is None:
            state = "a"
        elif len(state) > 2:
            state = None
        else:
            state = state + str(i)
        print(state)


main()
