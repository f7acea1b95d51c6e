# TorchScript: floats print with 17 digits, whole ones with a bare point.
def main():
    print(0.1, 1 / 3, 2.5, 100.0, 1e-7, 1e20)
    print([0.5, 1.0], (0.25, 2.0), {"pi": 3.14159})
    print(str(1.0), f"{0.75} {4.0}")


main()
