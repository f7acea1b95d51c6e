# Functions of cmath.
import cmath


def main():
    r = cmath.sqrt(-4 + 0j)
    e = cmath.exp(complex(0.0, cmath.pi))
    print(abs(r - 2j) < 1e-12, abs(e + 1) < 1e-12, "%f %f" % (cmath.phase(1j), abs(cmath.log(2 + 0j))))


main()
