# torch.FloatTensor and its like, and conversion by type.
import torch


def main():
    a = torch.FloatTensor([1.5, 2.5])
    b = torch.LongTensor(2, 3)
    c = torch.IntTensor()
    print(int(a.sum()), b.size(0), b.size(1), c.numel(), int(torch.BoolTensor([True, False]).sum()))
    print(int(a.type(torch.int64).sum()), a.type(torch.float64).dtype == torch.float64, int(a.type_as(b).sum()))


main()
