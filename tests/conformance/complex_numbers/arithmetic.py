# Complex literals and arithmetic.
def main():
    a = 1 + 2j
    b = complex(3, -1)
    c = a * b
    print(c == 5 + 5j, c != 5j, a + b == 4 + 1j, a - b == -2 + 3j, a == b, abs(3 + 4j) == 5.0)


main()
