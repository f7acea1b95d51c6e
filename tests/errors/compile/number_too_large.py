def f() -> int:
  return 99999999999999999999
