# Dicts from ranges and from other dicts.
# TorchScript: text inside containers prints without quotes.
def main():
    squares = {i: i * i for i in range(5)}
    print(squares)
    print({v: k for k, v in squares.items()})
    print({w: [c for c in w] for w in ["ab", "c"]})


main()
