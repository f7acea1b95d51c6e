def work(n: int) -> int:
  return torch.floordiv(n, 0)
def f() -> int:
  x = awaitable(__torch__.work, 3)
  return ops.prim.awaitable_wait(x)
