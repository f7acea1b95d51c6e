# Extension: try, except, else and finally.
from typing import List


def at(xs: List[int], i: int) -> int:
    return xs[i]


def checked(n: int) -> int:
    if n < 0:
        raise ValueError("negative: " + str(n))
    return n


for n in [1, -1]:
    try:
        print("value", checked(n))
    except ValueError as error:
        print("caught", error)
    else:
        print("fine")
    finally:
        print("done", n)

try:
    print([1, 2][5])
except LookupError as error:
    print("lookup:", error)

try:
    {"a": 1}["b"]
except (TypeError, KeyError):
    print("no key")


class OwnError(Exception):
    pass


def nested():
    try:
        try:
            raise OwnError("inner")
        finally:
            print("finally")
    except OwnError as error:
        print(type(error).__name__ if False else "OwnError", error)
        return "returned"
    return "fell"


print(nested())


def finally_wins() -> int:
    try:
        return 1
    finally:
        print("leaving")


print(finally_wins())

try:
    try:
        assert 1 > 2, "order"
    except AssertionError:
        print("again")
        raise
except Exception as error:
    print("outer", error)
