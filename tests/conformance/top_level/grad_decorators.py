# Extension: @torch.no_grad() and its like around calls from the top level.
import torch
from torch import nn


@torch.no_grad()
def twice(x: torch.Tensor) -> torch.Tensor:
    return x * 2


@torch.no_grad
def thrice(x: torch.Tensor) -> torch.Tensor:
    return x * 3


@torch.enable_grad()
@torch.inference_mode()
def inner_decides(x: torch.Tensor) -> torch.Tensor:
    return x + 1


@torch.no_grad()
@torch.enable_grad()
def recording(x: torch.Tensor) -> torch.Tensor:
    return x + 1


@torch.set_grad_enabled(True)
@torch.set_grad_enabled(False)
def set_off(x: torch.Tensor) -> torch.Tensor:
    return x + 1


@torch.set_grad_enabled(True)
def set_on(x: torch.Tensor) -> torch.Tensor:
    return x + 1


@torch.no_grad()
def fails(n: int) -> int:
    return [1, 2][n]


class Net(nn.Module):
    @torch.no_grad()
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * 4


x = torch.ones(1, requires_grad=True)
print(twice(x).requires_grad, thrice(x).requires_grad, inner_decides(x).requires_grad, recording(x).requires_grad)
try:
    fails(5)
except Exception:
    print("gradients:", torch.is_grad_enabled())
print(Net()(x).requires_grad, torch.jit.script(Net())(x).requires_grad, (x * 2).requires_grad)
with torch.set_grad_enabled(False):
    print(torch.is_grad_enabled(), set_on(x).requires_grad)
print(torch.is_grad_enabled(), set_off(x).requires_grad)
torch.set_grad_enabled(False)
print(torch.is_grad_enabled(), set_on(x).requires_grad, torch.is_grad_enabled())
torch.set_grad_enabled(mode=True)
print((x * 2).requires_grad)
