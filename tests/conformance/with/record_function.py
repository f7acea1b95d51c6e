# Labels for profilers: the program does the same with and without them.
import torch
from torch.autograd.profiler import record_function


def scaled(x: torch.Tensor, label: str) -> torch.Tensor:
    with torch.profiler.record_function("scale " + label):
        with record_function("inner", "by two") as inner:
            if inner.name == "inner":
                return x * 2
        return x


def main():
    print(int(scaled(torch.ones(3), "ones").sum()))
    with torch.jit.strict_fusion():
        print(int(scaled(torch.zeros(2), "zeros").sum()))


main()
