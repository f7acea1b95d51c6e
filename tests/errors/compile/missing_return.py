def f(c: bool) -> int:
  if c:
    return 1
  else:
    pass
