# Strings inside containers keep their quotes.
# TorchScript: text inside containers prints without quotes.
def main():
    print(["a b", ""], ("x",), {"key": "value"}, "plain")


main()
