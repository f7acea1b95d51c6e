# Several lists side by side, as long as the shortest.
def main():
    for a, b, c in zip([1, 2, 3], ["x", "y"], [True, False, True]):
        print(a, b, c)
    print(sum([a * b for a, b in zip([1, 2, 3], [4, 5, 6])]))


main()
