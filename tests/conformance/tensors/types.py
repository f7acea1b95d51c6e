# Element types and conversions.
import torch


def main():
    x = torch.tensor([1.7, -1.7])
    print(int(x.to(torch.int64).sum()), x.dtype == torch.float32, x.double().dtype == torch.float64)
    print((x > 0).dtype == torch.bool, (x.long() / 2).dtype == torch.float32, x.is_floating_point(), x.long().is_floating_point())
    print(torch.ones(1, dtype=torch.int32).dtype == torch.int32, x.device == torch.device("cpu"))


main()
