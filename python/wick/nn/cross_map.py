"""CrossMapLRN2d: local response normalisation as Lua Torch had it, in Python alone, as it is in PyTorch."""
import wick

from .functional import pad
from .modules.module import Module

__all__ = ["CrossMapLRN2d"]


class CrossMapLRN2d(Module):
    """x / (k + alpha / size · the sum of the squares in the channels around)^beta, for x[N, C, H, W].

    The window is odd: channels less than (size + 1) // 2 away. From there on, the first channel is in the sum of every other one, which is
    PyTorch's sum, and Lua Torch's. The gradient is the derivative, which PyTorch's is not.
    """

    def __init__(self, size, alpha=1e-4, beta=0.75, k=1):
        super().__init__()
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, input):
        if input.dim() != 4:
            raise ValueError(f"CrossMapLRN2d: Expected input to be 4D, got {input.dim()}D instead.")
        reach = int((self.size - 1) / 2 + 1)
        squares = input.square()
        sums = pad(squares, [0, 0, 0, 0, reach - 1, reach - 1]).unfold(1, 2 * reach - 1, 1).sum(-1)
        far = (wick.arange(input.size(1)) >= reach).to(input.dtype).view(1, -1, 1, 1)
        sums = sums + squares[:, :1] * far
        return input * (sums * (self.alpha / self.size) + self.k).pow(-self.beta)

    def extra_repr(self):
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"
