# sorted of numbers, text and floats.
def main():
    print(sorted([3, 1, 2]), sorted(["b", "a"]), ["%.1f" % x for x in sorted([2.5, 0.5])])


main()
