def f(x: int) -> int:
  break
  return x
