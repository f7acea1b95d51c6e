def f(x: int) -> str:
  return torch.add(x, 1)
