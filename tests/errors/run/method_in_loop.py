class Counter:
  n : int
  def __init__(self: __torch__.Counter) -> NoneType:
    self.n = 0
    return None
  def step(self: __torch__.Counter) -> int:
    self.n = torch.add(self.n, 1)
    if torch.eq(self.n, 3):
      ops.prim.RaiseException("three")
    else:
      pass
    return self.n
def f() -> int:
  counter = __torch__.Counter.__new__(__torch__.Counter)
  _0 = (counter).__init__()
  for i in range(10):
    _1 = (counter).step()
  return counter.n
