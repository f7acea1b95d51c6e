def g(x: int):
  return torch.len(x)
def f(x: int):
  return __torch__.g(x)
