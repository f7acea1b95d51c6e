# TorchScript: floats inside f-strings are written as print writes them.
def main():
    half = 0.5
    print(f"{half} {half * 2} {1 / 3}")


main()
