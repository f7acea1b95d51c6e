# A line fitted by hand-written gradients.
import torch


def main():
    x = torch.arange(10).to(torch.float64)
    y = 3 * x - 2
    a, b = 0.0, 0.0
    for _ in range(2000):
        error = a * x + b - y
        a -= 0.01 * float((error * x).mean())
        b -= 0.01 * float(error.mean())
    print("%f %f" % (a, b))


main()
