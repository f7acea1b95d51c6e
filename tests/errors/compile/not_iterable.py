def f(x: int) -> int:
  for i in x:
    pass
  return 1
