def f(n: int) -> int:
  x = 1
  y = [x for x in ["a"]]
  return x
