def f(x: int) -> int:
    raise MyError("text")
