# float and int annotations convert literals.
def half(x: float) -> float:
    y: float = x / 2
    return y


def main():
    print("%f" % half(3.0), "%f" % half(2.5))


main()
