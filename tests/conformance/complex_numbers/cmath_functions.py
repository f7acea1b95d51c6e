# Functions of cmath.
import cmath


def main():
    r = cmath.sqrt(-4 + 0j)
    e = cmath.exp(complex(0.0, cmath.pi))
    print("%.4f %.4f" % (r.real, r.imag), "%.4f %.4f" % (e.real, abs(e.imag)), "%.4f" % cmath.phase(1j))


main()
