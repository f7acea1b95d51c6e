# del, pop, clear; what comes again goes to the end.
# TorchScript: text inside containers prints without quotes.
def main():
    d = {1: "a", 2: "b", 3: "c"}
    del d[2]
    print(d, d.pop(1), d)
    d[2] = "again"
    d[1] = "too"
    print(d, d.pop(9, "none"))
    d.clear()
    print(d, len(d))


main()
