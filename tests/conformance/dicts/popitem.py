# TorchScript: popitem takes the first item.
def main():
    d = {"only": 1}
    print(d.popitem(), len(d))


main()
