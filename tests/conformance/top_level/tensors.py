# Extension: tensors at top level.
import torch

x = torch.arange(6).view(2, 3)
y = x * 2
y[0] = 7
print(int(y.sum()), x.size(0), int((x @ x.t()).trace()))
