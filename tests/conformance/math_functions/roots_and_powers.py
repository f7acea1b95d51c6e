# sqrt, pow, exp, log.
import math


def main():
    print("%f %f %f" % (math.sqrt(2.0), math.pow(2.0, 0.5), math.exp(1.0)))
    print("%f %f %f" % (math.log(10.0), math.log(8.0), math.log10(1000.0)))
    print("%f %f" % (math.log1p(0.5), math.expm1(0.5)))


main()
