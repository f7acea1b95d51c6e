# Keys, values and items, in the order in which they came.
# TorchScript: text inside containers prints without quotes.
def main():
    d = {"z": 1, "a": 2, "m": 3}
    for key in d:
        print(key, d[key])
    for key, value in d.items():
        print(key + str(value))
    for value in d.values():
        print(value)
    print(list(d.keys()), list(d.values()), list(d.items()))


main()
