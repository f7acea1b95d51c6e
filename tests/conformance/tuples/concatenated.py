# + joins tuples of any types.
# TorchScript: text inside containers prints without quotes.
def main():
    a = (1, "x")
    b = a + (True,)
    print(b, len(b), (1,) + (2,) + (3,))


main()
