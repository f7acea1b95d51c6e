# Dicts built in one expression.
# TorchScript: text inside containers prints without quotes.
def main():
    print({i: i * i for i in range(4)})
    print({word: len(word) for word in ["one", "three", "five"]})


main()
