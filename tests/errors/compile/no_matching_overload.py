def f(x: str) -> Tensor:
  return torch.relu(x)
