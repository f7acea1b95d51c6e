def f() -> int:
  return int("three")
