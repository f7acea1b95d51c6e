def f() -> Tensor:
  return torch.relu(uninitialized(Tensor))
