# sum, min, max, any, all.
def main():
    xs = [4, -2, 9, 0]
    print(sum(xs), min(xs), max(xs), any([False, True]), all([True, False]), any([0, 0]), all([1, 2]))
    print("%f %f" % (sum([0.5, 0.25]), max([0.5, 0.25])))
    print(min(3, 1), max(3, 1))


main()
