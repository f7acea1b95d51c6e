def f(n: int) -> int:
  for a in (1, 2, 3, 4, 5, 6, 7, 8):
    for b in (1, 2, 3, 4, 5, 6, 7, 8):
      for c in (1, 2, 3, 4, 5, 6, 7, 8):
        for d in (1, 2, 3, 4, 5, 6, 7, 8):
          for e in (1, 2, 3, 4, 5, 6, 7, 8):
            for g in (1, 2, 3, 4, 5, 6, 7, 8):
              for h in (1, 2, 3, 4, 5, 6, 7, 8):
                for i in (1, 2, 3, 4, 5, 6, 7, 8):
                  n = torch.add(n, i)
  return n
