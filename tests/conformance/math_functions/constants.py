# The constants of math.
import math


def main():
    print("%.6f %.6f %.6f" % (math.pi, math.e, math.tau), math.inf > 1e300, math.nan != math.nan)


main()
