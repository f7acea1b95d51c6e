def f(x: List) -> int:
  return 1
