def f(x: int) -> int:
  return x
print(1)
