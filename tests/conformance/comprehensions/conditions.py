# Only the elements that fit.
# Extension: TorchScript's comprehensions have no conditions.
def main():
    print([i for i in range(20) if i % 3 == 0], " ".join([w for w in ["apple", "fig", "plum"] if len(w) > 3]))
    print([i if i % 2 == 0 else -i for i in range(6)])


main()
