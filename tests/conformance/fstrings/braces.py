# Doubled braces are braces.
def main():
    x = 5
    print(f"{{}} {{x}} {x} {{{x}}}")


main()
