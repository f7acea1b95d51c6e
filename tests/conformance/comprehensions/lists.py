# Lists built from ranges, lists, strings.
# TorchScript: text inside containers prints without quotes.
def main():
    print([i * i for i in range(6)], [w.upper() for w in ["a", "b"]], [c + "!" for c in "hi"])
    print([len(w) for w in "one three five".split()])


main()
