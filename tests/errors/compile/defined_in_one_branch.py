def f(c: bool) -> int:
  if c:
    x = 1
  else:
    pass
  return x
