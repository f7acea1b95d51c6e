# Which page matters most.
import torch


def rank(links: torch.Tensor, damping: float) -> torch.Tensor:
    n = links.size(0)
    p = links / links.sum(dim=1, keepdim=True)
    r = torch.full([n], 1.0 / n, dtype=torch.float64)
    for _ in range(60):
        r = (1 - damping) / n + damping * (r @ p)
    return r


def main():
    links = torch.tensor([[0.0, 1.0, 1.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]], dtype=torch.float64)
    r = rank(links, 0.85)
    print(int(r.argmax()), "%f" % float(r[0]), "%f" % float(r.sum()))


main()
