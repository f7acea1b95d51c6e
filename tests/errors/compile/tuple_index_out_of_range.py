def f(x: Tuple[int, int]) -> int:
  return (x)[2]
