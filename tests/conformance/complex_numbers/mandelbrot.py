# The Mandelbrot set in characters.
def steps(c: complex) -> int:
    z = 0j
    for i in range(20):
        if abs(z) > 2.0:
            return i
        z = z * z + c
    return 20


def main():
    for row in range(-4, 5):
        line = ""
        for column in range(-16, 8):
            line += "#" if steps(complex(column / 8.0, row / 4.0)) == 20 else "."
        print(line)


main()
