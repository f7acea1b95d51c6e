# gamma, lgamma, erf, erfc.
import math


def main():
    print("%f %f" % (math.gamma(5.0), math.lgamma(10.0)))
    print("%f %f" % (math.erf(0.5), math.erfc(0.5)))


main()
