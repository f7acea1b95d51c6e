def f(x: Optional[int]) -> int:
  return torch.add(x, 1)
