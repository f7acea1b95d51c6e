def f(x: int) -> int:
    y = x
  return y
