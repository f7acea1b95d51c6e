# Iterators inside iterators.
def main():
    for i, (a, b) in enumerate(zip([10, 20], ["p", "q"])):
        print(i, a, b)
    for (i, a), b in zip(enumerate(["u", "v"]), [3, 4]):
        print(i, a, b)


main()
