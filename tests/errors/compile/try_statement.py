def f(x: int) -> int:
  try:
    return x
  except:
    return 0
