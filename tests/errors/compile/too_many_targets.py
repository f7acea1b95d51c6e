def f(x: Tuple[int, int]) -> int:
  a, b, c, = x
  return a
