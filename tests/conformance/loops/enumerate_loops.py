# Counting while looping, from 0 and from elsewhere.
def main():
    for i, word in enumerate(["a", "b", "c"]):
        print(i, word)
    for i, word in enumerate(["x", "y"], 10):
        print(i, word)
    print([i * x for i, x in enumerate([5, 6, 7])])


main()
