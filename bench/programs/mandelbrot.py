"""Points of the Mandelbrot set on a square of pixels: float arithmetic and a while loop."""


def iterations(cx: float, cy: float, limit: int) -> int:
    x = 0.0
    y = 0.0
    n = 0
    while n < limit and x * x + y * y <= 4.0:
        t = x * x - y * y + cx
        y = 2.0 * x * y + cy
        x = t
        n += 1
    return n


def run(size: int) -> int:
    total = 0
    for row in range(size):
        cy = 2.0 * row / size - 1.0
        for column in range(size):
            total += iterations(3.0 * column / size - 2.0, cy, 50)
    return total
