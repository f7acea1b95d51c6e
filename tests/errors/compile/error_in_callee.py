def g(x: int):
  return torch.relu(x)
def f(x: int):
  return __torch__.g(x)
