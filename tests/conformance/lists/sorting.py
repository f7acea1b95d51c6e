# sort changes a list, sorted makes one.
# TorchScript: text inside containers prints without quotes.
def main():
    xs = [3, 1, 2]
    ys = sorted(xs)
    print(xs, ys)
    xs.sort()
    print(xs)
    xs.sort(reverse=True)
    print(xs, sorted(["pear", "fig", "apple"]), sorted([True, False, True]))


main()
