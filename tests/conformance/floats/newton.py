# Roots by Newton's method.
def cube_root(x: float) -> float:
    guess = x
    for _ in range(60):
        guess = guess - (guess * guess * guess - x) / (3 * guess * guess)
    return guess


def main():
    print("%f %f %f" % (cube_root(27.0), cube_root(2.0), cube_root(1000.0)))


main()
