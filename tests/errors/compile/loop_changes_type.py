def f(n: int) -> int:
  x = 1
  while torch.lt(x, n):
    x = "more"
  return n
