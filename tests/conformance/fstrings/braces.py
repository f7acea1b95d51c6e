# Doubled braces are braces.
# Extension: TorchScript does not know doubled braces.
def main():
    x = 5
    print(f"{{}} {{x}} {x} {{{x}}}")


main()
