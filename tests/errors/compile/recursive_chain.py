def h(x: int):
  return __torch__.f(x, )
def g(x: int):
  return __torch__.h(x, )
def f(x: int):
  return __torch__.g(x, )
