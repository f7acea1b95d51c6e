def f() -> Tensor:
  return CONSTANTS.c3
