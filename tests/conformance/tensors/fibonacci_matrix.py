# Fibonacci numbers by powers of a matrix.
import torch


def fibonacci(n: int) -> int:
    m = torch.tensor([[1, 1], [1, 0]])
    result = torch.eye(2, dtype=torch.int64)
    while n > 0:
        if n % 2 == 1:
            result = torch.mm(result, m)
        m = torch.mm(m, m)
        n = n // 2
    return int(result[0, 1])


def main():
    print([fibonacci(n) for n in range(10)], fibonacci(60))


main()
