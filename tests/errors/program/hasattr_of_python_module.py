import torch

def f() -> bool:
    return hasattr(torch, "pi")
