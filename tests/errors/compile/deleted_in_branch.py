def f(c: bool) -> int:
  x = 1
  if c:
    del x
  return x
