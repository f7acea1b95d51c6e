def f() -> int:
  x = {"a": 1}
  return x["b"]
