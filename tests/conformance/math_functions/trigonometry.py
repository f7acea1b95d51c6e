# sin, cos, tan and their inverses.
import math


def main():
    x = math.pi / 6
    print("%f %f %f" % (math.sin(x), math.cos(x), math.tan(x)))
    print("%f %f %f" % (math.asin(0.5), math.acos(0.5), math.atan(1.0)))
    print("%f %f %f" % (math.atan2(1.0, -1.0), math.degrees(math.pi), math.radians(90.0)))


main()
