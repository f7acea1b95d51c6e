class M:
  n : int
  def f(self: __torch__.M) -> int:
    return self.m
