# The type of a task.
import torch
from typing import List


def text(n: int) -> str:
    out = "|"
    for i in range(n):
        out = "<" + out + ">"
    return out


def main():
    futures: List[torch.jit.Future[str]] = []
    for n in range(3):
        futures.append(torch.jit.fork(text, n))
    for f in futures:
        print("[" + torch.jit.wait(f) + "]")


main()
