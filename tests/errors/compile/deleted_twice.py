def f(c: bool) -> int:
  x = [1]
  del x
  del x
  return 1
