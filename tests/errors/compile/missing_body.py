def f(x: int) -> int:
def g(x: int) -> int:
  return x
