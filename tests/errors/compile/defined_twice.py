def f(x: int) -> int:
  return x
def f(x: int) -> int:
  return x
