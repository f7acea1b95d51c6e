# The states of a door.
from enum import Enum


class Door(Enum):
    OPEN = "open"
    CLOSED = "closed"
    LOCKED = "locked"


def next_state(state: Door, action: str) -> Door:
    if state == Door.OPEN and action == "close":
        return Door.CLOSED
    if state == Door.CLOSED:
        if action == "open":
            return Door.OPEN
        if action == "lock":
            return Door.LOCKED
    if state == Door.LOCKED and action == "unlock":
        return Door.CLOSED
    return state


def main():
    state = Door.OPEN
    for action in ["lock", "close", "lock", "open", "unlock", "open"]:
        state = next_state(state, action)
        print(action, "->", state.value)


main()
