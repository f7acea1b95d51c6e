def f(x: int) -> int:
  g(x) = 3
  return x
