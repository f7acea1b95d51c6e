from typing import NoReturn

def f() -> NoReturn:
    raise ValueError("never")
