# The constants of math.
import math


def main():
    print("%f %f %f" % (math.pi, math.e, math.tau), math.inf > 1e300, math.nan != math.nan)


main()
