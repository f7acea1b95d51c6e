# Pi from a grid of points.
import math


def estimate(n: int) -> float:
    inside = 0
    for i in range(n):
        for j in range(n):
            if math.sqrt(((i + 0.5) / n) ** 2 + ((j + 0.5) / n) ** 2) < 1.0:
                inside += 1
    return 4 * inside / (n * n)


def main():
    print("%f" % estimate(40), abs(estimate(40) - math.pi) < 0.01)


main()
