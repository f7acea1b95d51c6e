# TorchScript: floats print with 17 digits.
def main():
    print(1.5, 2.0, 0.1, -3.25, 1e-5, 123456.789)
    print([0.5, 2.0], {"x": 1.0})


main()
