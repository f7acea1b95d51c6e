def f(x: int) -> int:
  return (x).bit_length()
