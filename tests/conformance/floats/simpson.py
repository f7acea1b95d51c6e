# An integral by Simpson's rule.
def curve(x: float) -> float:
    return 1.0 / (1.0 + x * x)


def integral(low: float, high: float, pieces: int) -> float:
    h = (high - low) / pieces
    total = curve(low) + curve(high)
    for i in range(1, pieces):
        total += curve(low + i * h) * (4 if i % 2 == 1 else 2)
    return total * h / 3


def main():
    print("%f" % (4 * integral(0.0, 1.0, 100)))


main()
