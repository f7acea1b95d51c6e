class M:
  n : int
  n : str
