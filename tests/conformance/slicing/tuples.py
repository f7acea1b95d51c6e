# Slices of tuples with constant bounds.
# TorchScript: text inside containers prints without quotes.
def main():
    t = (1, "b", True, 4, "e")
    print(t[1:], t[:-1], t[1:4], t[::2], t[::-1])


main()
