def f(c: bool) -> int:
  if c:
    x = 1
  else:
    x = "one"
  return x
