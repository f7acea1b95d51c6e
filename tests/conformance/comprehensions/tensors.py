# A list of tensors, put together.
# TorchScript: sizes print as lists.
import torch


def main():
    rows = [torch.arange(3) * i for i in range(4)]
    m = torch.stack(rows)
    print(m.size(), int(m.sum()), [int(r.max()) for r in rows])


main()
