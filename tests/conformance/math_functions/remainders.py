# remainder goes to the nearest multiple.
import math


def main():
    print("%f %f" % (math.fmod(7.5, 2.0), math.remainder(7.5, 2.0)))


main()
