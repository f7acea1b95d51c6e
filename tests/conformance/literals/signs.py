# Extension: TorchScript has no unary plus, and no minus of a minus.
def main():
    x = 5
    print(+5, --5, +x, -+x, - - -x)


main()
