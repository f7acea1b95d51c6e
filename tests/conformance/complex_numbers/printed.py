# TorchScript: complex numbers print their parts as floats.
def main():
    print(1 + 2j, 2.5j, complex(0.5, -1.0), -1j)


main()
