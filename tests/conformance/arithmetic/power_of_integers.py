# TorchScript: a power of whole numbers is a float.
def main():
    print(2 ** 10, 2 ** 0, (-3) ** 3, -3 ** 2, 2 ** 3 ** 2)
    print(int(2 ** 62), 2.0 ** 0.5 == 2 ** 0.5)


main()
