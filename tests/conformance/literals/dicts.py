# Dicts with int, str and bool keys keep the order of insertion.
# TorchScript: text inside containers prints without quotes.
def main():
    print({1: "one", 2: "two"})
    print({"b": 1, "a": 2})
    print({True: [1], False: [2, 3]})
    print({"point": (1, 2), "origin": (0, 0), })


main()
