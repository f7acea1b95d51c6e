def f(x: int):
  return __torch__.f(x, )
