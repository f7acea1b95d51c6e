# A whole number where a float is wanted.
def half(x: float) -> float:
    return x / 2


def main():
    print("%f %f" % (half(3.0), half(float(3))), half(5.0) == 2.5)


main()
