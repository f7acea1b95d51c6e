# A determinant by elimination.
import torch


def determinant(m: torch.Tensor) -> float:
    a = m.clone()
    n = a.size(0)
    result = 1.0
    for i in range(n):
        pivot = i + int(torch.argmax(torch.abs(a[i:, i])))
        if pivot != i:
            row = a[i].clone()
            a[i] = a[pivot]
            a[pivot] = row
            result = -result
        result *= float(a[i, i])
        for k in range(i + 1, n):
            a[k] -= a[i] * (a[k, i] / a[i, i])
    return result


def main():
    m = torch.tensor([[0.0, 2.0, 1.0], [3.0, 1.0, 4.0], [5.0, 6.0, 2.0]], dtype=torch.float64)
    print("%f" % determinant(m), "%f" % float(torch.det(m)))


main()
