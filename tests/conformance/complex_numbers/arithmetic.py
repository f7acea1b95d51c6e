# Complex literals and arithmetic.
def main():
    a = 1 + 2j
    b = complex(3, -1)
    c = a * b
    print(c.real == 5.0, c.imag == 5.0, a + b == 4 + 1j, a - b == -2 + 3j, a == b, abs(3 + 4j) == 5.0)


main()
