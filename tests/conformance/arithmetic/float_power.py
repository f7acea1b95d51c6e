# Powers of floats.
def main():
    print("%f %f %f" % (2.0 ** 3.0, 2.0 ** -1.0, 9.0 ** 0.5))
    x = 1.5
    print("%f" % (x ** 2 + x ** 3.0))


main()
