# The largest eigenvalue of a matrix.
import torch


def largest(m: torch.Tensor, steps: int) -> float:
    v = torch.ones(m.size(0), dtype=m.dtype)
    value = 0.0
    for _ in range(steps):
        w = m @ v
        value = float(w.norm())
        v = w / value
    return value


def main():
    m = torch.tensor([[2.0, 1.0], [1.0, 3.0]], dtype=torch.float64)
    print("%f" % largest(m, 60))


main()
