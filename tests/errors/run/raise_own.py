def check(n: int) -> int:
  if torch.gt(n, 1):
    ops.prim.RaiseException("n is too large", "builtins.ValueError")
  else:
    pass
  return n
def f() -> int:
  a = __torch__.check(1, )
  return __torch__.check(torch.add(a, 1), )
