# Sums of floats are close, not equal.
def main():
    a = 0.1 + 0.2
    print(a == 0.3, abs(a - 0.3) < 1e-9, 0.5 + 0.25 == 0.75)
    print(0.1 < 0.2 <= 0.2, -0.0 == 0.0)


main()
