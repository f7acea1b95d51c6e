# Complex tensors.
import torch


def main():
    x = torch.complex(torch.tensor([1.0, 0.0]), torch.tensor([2.0, -1.0]))
    print(int((x * x).real.sum()), int(x.imag.sum()), x.is_complex(), int(torch.abs(torch.tensor(3 + 4j))))


main()
