# sorted of numbers, text and floats.
# TorchScript: text inside containers prints without quotes.
def main():
    print(sorted([3, 1, 2]), sorted(["b", "a"]), ["%f" % x for x in sorted([2.5, 0.5])])


main()
