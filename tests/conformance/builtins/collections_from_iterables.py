# list() and dict() of all that can be gone through.
# TorchScript: text inside containers has no quotes.
def main():
    pairs = [("a", 1), ("b", 2)]
    print(list((1, 2, 3)), list("ab"), list(range(2, 5)), list({"x": 1}.keys()))
    print(dict(pairs), dict([("c", 3)], d=4), dict({"e": 5}, f=6), dict(g=7))
    print(list(zip([1, 2], [3, 4])), list(enumerate(["a"])))


main()
