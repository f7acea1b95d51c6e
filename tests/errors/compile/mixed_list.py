def f(x: int) -> List[int]:
  return [x, "a"]
