# update and copy.
# TorchScript: text inside containers prints without quotes.
def main():
    a = {"x": 1, "y": 2}
    b = a.copy()
    b.update({"y": 20, "z": 30})
    print(a, b)
    c = a
    c["w"] = 0
    print(len(a), a is c)


main()
