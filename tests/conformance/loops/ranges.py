# range with one, two, three arguments, downwards, empty.
def main():
    print([i for i in range(4)], [i for i in range(2, 6)], [i for i in range(1, 10, 4)])
    print([i for i in range(5, 0, -2)], [i for i in range(3, 3)], [i for i in range(0, -3)])


main()
