def f(x: Tensor) -> Tensor:
  return torch.sum(x, dimension=0)
