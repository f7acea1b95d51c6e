# TorchScript: what is compiled does not know of @torch.no_grad() and its like, so gradients are recorded.
import torch


@torch.no_grad()
def twice(x: torch.Tensor) -> torch.Tensor:
    return x * 2


@torch.inference_mode()
def thrice(x: torch.Tensor) -> torch.Tensor:
    return x * 3


class Scale:
    def __init__(self, by: float):
        self.by = by

    @torch.no_grad()
    def of(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.by


def main():
    x = torch.tensor([1.0], requires_grad=True)
    print(twice(x).requires_grad, thrice(x).requires_grad, Scale(0.5).of(x).requires_grad)


main()
