# str.format fills the holes in order.
# TorchScript: text inside containers prints without quotes.
def main():
    print("{} and {}".format(1, "two"))
    print("{}, {}, {}".format([1, 2], (3, "x"), True))
    print("no holes".format(), "{}{}{}".format("a", "b", "c"))


main()
