def work(n: int) -> int:
  return torch.floordiv(n, 0)
def f() -> int:
  return torch.wait(fork(__torch__.work, 3))
