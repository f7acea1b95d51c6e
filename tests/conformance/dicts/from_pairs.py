# The dict constructor: from pairs, from keywords, from another dict.
def main():
    print(dict([("a", 1), ("b", 2)]), dict(x=3, y=4), dict({"k": "v"}))


main()
