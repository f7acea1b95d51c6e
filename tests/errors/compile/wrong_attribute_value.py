class M:
  n : int
  def f(self: __torch__.M) -> NoneType:
    self.n = "text"
    return None
