# Dicts are equal whatever the order of their items.
# Extension: TorchScript does not compare dicts.
def main():
    print({"a": 1, "b": 2} == {"b": 2, "a": 1}, {"a": 1} == {"a": 2}, {"a": 1} != {"b": 1})


main()
