# In compiled programs more operators compute in float32 under autocast than in calls one by one.
# TorchScript: exp, log_softmax, sum, mul and add of bfloat16 give float32, and a forked function is not in the block.
import torch
from torch import Tensor


def product(a: Tensor, b: Tensor) -> Tensor:
    return torch.mm(a, b)


def main():
    a = torch.eye(2)
    with torch.autocast("cpu"):
        c = torch.mm(a, a)
        print(c.exp().dtype == torch.float32, c.log_softmax(0).dtype == torch.float32)
        print(c.sum().dtype == torch.float32, c.sum(dtype=torch.bfloat16).dtype == torch.bfloat16)
        print((c * 2).dtype == torch.float32, (c + c).dtype == torch.float32)
        print(c.softmax(0).dtype == torch.bfloat16)
        print(c.relu().dtype == torch.bfloat16, torch.cat([c, c]).dtype == torch.bfloat16)
        print(torch.nn.functional.layer_norm(c, [2]).dtype == torch.float32)
        task = torch.jit.fork(product, a, a)
    print(torch.jit.wait(task).dtype == torch.float32)


main()
