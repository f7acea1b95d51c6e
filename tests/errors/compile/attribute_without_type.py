class M(Module):
  n = 3
