class A:
  n : int
  def __init__(self: __torch__.A, n: int) -> NoneType:
    self.n = n
    return None
  def __lt__(self: __torch__.A, other: __torch__.A) -> bool:
    ops.prim.RaiseException("not these", "builtins.ValueError")
    return True
def f() -> int:
  x = [__torch__.A(1), __torch__.A(2)]
  torch.sort(x)
  return (x[0]).n
