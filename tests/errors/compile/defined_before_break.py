def f(n: int) -> int:
  for i in range(n):
    if torch.gt(i, 2):
      y = 1
    else:
      break
    print(y)
  return 1
