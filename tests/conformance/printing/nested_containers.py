# Containers in containers.
# TorchScript: text inside containers prints without quotes.
def main():
    print([[1], [2, 3]], {"a": [1, 2]}, (1, [2], {"k": (3, "x")}), [("a", 1)])


main()
