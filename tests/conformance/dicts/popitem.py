# TorchScript: popitem takes the first item.
def main():
    d = {"first": 1, "second": 2}
    d["third"] = 3
    print(d.popitem(), len(d), list(d.keys()))


main()
