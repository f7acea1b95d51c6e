def product(a: Tensor,
    b: Tensor) -> Tensor:
  return torch.matmul(a, b)
def f() -> Tensor:
  a = torch.zeros([2, 3])
  b = torch.zeros([4, 5])
  return __torch__.product(a, b, )
