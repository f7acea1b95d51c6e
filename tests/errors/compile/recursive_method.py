class A:
  def g(self, x: int):
    return self.g(x)
