def f(x: int) -> int:
    raise "text"
