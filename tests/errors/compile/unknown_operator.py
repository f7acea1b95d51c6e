def f(x: Tensor) -> Tensor:
  return torch.rellu(x)
