def f() -> int:
  return int(torch.zeros([3]))
