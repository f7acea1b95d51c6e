# any and all of lists.
def main():
    print(any([False, True]), any([False]), all([True, True]), all([True, False]))
    print(any([x > 3 for x in [1, 2, 5]]), all([len(w) > 1 for w in ["ab", "c"]]))


main()
