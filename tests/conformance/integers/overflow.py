# TorchScript: whole numbers have 64 bits and wrap around.
def main():
    largest = 9223372036854775807
    print(largest + 1)
    print(largest * 2, -largest - 2)
    hash = 14695981039346656
    for c in [104, 101, 108, 108, 111]:
        hash = (hash ^ c) * 1099511628211
    print(hash)


main()
