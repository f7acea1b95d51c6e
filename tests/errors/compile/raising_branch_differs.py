def f(c: bool) -> int:
  if c:
    ops.prim.RaiseException("no")
    x = "one"
  else:
    x = 1
  return x
