# Taking floats apart.
import math


def main():
    fraction, whole = math.modf(3.75)
    mantissa, exponent = math.frexp(10.0)
    print("%f %f %f" % (fraction, whole, mantissa), exponent, "%f" % math.ldexp(0.75, 4))
    print("%f %f %f" % (math.fabs(-2.5), math.copysign(3.0, -0.5), math.fmod(-7.0, 3.0)))


main()
