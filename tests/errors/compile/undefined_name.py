def f(x: int) -> int:
  return y
