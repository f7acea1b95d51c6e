def deepest(n: int) -> int:
  return [1, 2][n]
def inner(n: int) -> int:
  x = fork(__torch__.deepest, n)
  return torch.wait(x)
def f() -> int:
  x = fork(__torch__.inner, 5)
  return torch.wait(x)
