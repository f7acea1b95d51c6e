# Concatenation and repetition draw a triangle.
# Extension: TorchScript does not repeat strings.
def main():
    for i in range(1, 6):
        print(" " * (5 - i) + "*" * (2 * i - 1))
    line = "-" * 9
    line += "+"
    print(line * 2)


main()
