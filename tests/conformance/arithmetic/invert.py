# Extension: TorchScript has ~ for tensors and no whole numbers.
def main():
    print(~12, ~-1, ~~5, ~1 & 7)


main()
