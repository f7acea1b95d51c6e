def f() -> Tensor:
  return torch.cat([uninitialized(Tensor)])
