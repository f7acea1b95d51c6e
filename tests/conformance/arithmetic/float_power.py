# Powers of floats.
def main():
    print("%.4f %.4f %.4f" % (2.0 ** 3.0, 2.0 ** -1.0, 9.0 ** 0.5))
    x = 1.5
    print("%.6f" % (x ** 2 + x ** 3.0))


main()
