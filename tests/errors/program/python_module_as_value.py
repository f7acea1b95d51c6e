import torch

def f() -> None:
    print(torch)
