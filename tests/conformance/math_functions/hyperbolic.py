# sinh, cosh, tanh and their inverses.
import math


def main():
    print("%f %f %f" % (math.sinh(1.0), math.cosh(1.0), math.tanh(0.5)))
    print("%f %f %f" % (math.asinh(1.0), math.acosh(2.0), math.atanh(0.5)))


main()
