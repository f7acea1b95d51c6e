# Lists are equal when their elements are.
def main():
    print([1, 2] == [1, 2], [1, 2] == [2, 1], [1] != [1, 1], ["a"] != ["a"])
    print([0.5] == [0.5], [True] == [False])


main()
