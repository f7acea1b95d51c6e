# Extension: brackets of tensors mean at top level what they mean in Python: lists of bools are masks, tuples several indices.
import torch

x = torch.arange(12).reshape(3, 4)
print(x[[True, False, True]].tolist(), x[:, [False, True, False, True]].tolist())
print(x[[0, 2]].tolist(), x[[2, 0], [1, 3]].tolist(), x[(1, 2)].item())
print(list(x[True].shape), list(x[None, ..., None].shape), list(x[False].shape), list(x[[]].shape))
print(x[1:, ::2].tolist(), x[-1, -2:].tolist(), x[torch.tensor(1), x[0] > 1].tolist())
x[[False, True, False]] = 7
x[0, [True, False, False, True]] += 100
x[(2, 3)] = -1
print(x.tolist())
y = torch.zeros(2, requires_grad=True)
(y[[True, False]] * 3).sum().backward()
print(y.grad.tolist())
try:
    print(x[1.5])
except IndexError as error:
    print(str(error)[:24])
try:
    print(x[::-1])
except ValueError as error:
    print(error)
