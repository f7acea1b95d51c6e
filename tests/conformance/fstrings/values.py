# Values of every type inside f-strings.
# TorchScript: text inside containers prints without quotes.
def main():
    n = 3
    word = "three"
    print(f"{n} is {word}", f"{n + 1}{n * 2}", f"{[n, n]} {(n, word)} {n == 3}")
    print(f"{word.upper()[0]}", f"no holes", f"")


main()
