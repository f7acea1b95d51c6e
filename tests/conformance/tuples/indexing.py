# Elements by constant positions, and slices.
# TorchScript: text inside containers prints without quotes.
def main():
    t = (10, "ten", True, [1])
    print(t[0], t[1], t[-1], t[1:3], t[:2], t[-2:], len(t))


main()
