# The dict constructor: from pairs, from keywords, from another dict.
# TorchScript: text inside containers prints without quotes.
def main():
    print(dict([("a", 1), ("b", 2)]), dict(x=3, y=4), dict({"k": "v"}))


main()
