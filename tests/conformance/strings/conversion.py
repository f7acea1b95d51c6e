# str of everything.
# TorchScript: text inside containers prints without quotes.
def main():
    print(str(12) + str(True) + str([1, 2]) + str("x") + str((1, "a")))
    print(len(str(1000)), int(str(7) + str(8)) + 1)
    print(str(None), str({"k": [1]}))


main()
