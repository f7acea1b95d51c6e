import torch

def g(n: int) -> int:
    return n

def f() -> int:
    return torch.jit.wait(torch.jit.fork(g, "one"))
